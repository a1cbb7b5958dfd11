#include "decoder.h"

enum { PAGE = 65536 };
extern u8 __heap_base;
static u32 top;
static u64 limit;

void limitTo(u64 bytes) { limit = bytes; }

u32 mark(void) {
  if (!top) top = ((u32)&__heap_base + 15) & ~15u;
  return top;
}

void release(u32 to) { top = to; }

void *take(u32 count, u32 size) {
  u64 end = (u64)mark() + (((u64)count * size + 15) & ~(u64)15);
  need(end <= limit);
  u64 held = (u64)__builtin_wasm_memory_size(0) * PAGE;
  if (end > held) need(__builtin_wasm_memory_grow(0, (end - held + PAGE - 1) / PAGE) != (unsigned long)-1);
  void *taken = (void *)top;
  top = (u32)end;
  return taken;
}

void *takeZeroed(u32 count, u32 size) {
  void *taken = take(count, size);
  __builtin_memset(taken, 0, count * size);
  return taken;
}
