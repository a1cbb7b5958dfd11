#include "mq.h"

State states[94];
u8 significanceIn[4][512], signOf[256];

// Table C.2: Qe, next state after the more and after the less probable symbol, and whether the latter changes places with it.
static const struct { u16 qe; u8 more, less, turn; } ROWS[47] = {
  {0x5601, 1, 1, 1}, {0x3401, 2, 6, 0}, {0x1801, 3, 9, 0}, {0x0ac1, 4, 12, 0}, {0x0521, 5, 29, 0}, {0x0221, 38, 33, 0}, {0x5601, 7, 6, 1}, {0x5401, 8, 14, 0},
  {0x4801, 9, 14, 0}, {0x3801, 10, 14, 0}, {0x3001, 11, 17, 0}, {0x2401, 12, 18, 0}, {0x1c01, 13, 20, 0}, {0x1601, 29, 21, 0}, {0x5601, 15, 14, 1}, {0x5401, 16, 14, 0},
  {0x5101, 17, 15, 0}, {0x4801, 18, 16, 0}, {0x3801, 19, 17, 0}, {0x3401, 20, 18, 0}, {0x3001, 21, 19, 0}, {0x2801, 22, 19, 0}, {0x2401, 23, 20, 0}, {0x2201, 24, 21, 0},
  {0x1c01, 25, 22, 0}, {0x1801, 26, 23, 0}, {0x1601, 27, 24, 0}, {0x1401, 28, 25, 0}, {0x1201, 29, 26, 0}, {0x1101, 30, 27, 0}, {0x0ac1, 31, 28, 0}, {0x09c1, 32, 29, 0},
  {0x08a1, 33, 30, 0}, {0x0521, 34, 31, 0}, {0x0441, 35, 32, 0}, {0x02a1, 36, 33, 0}, {0x0221, 37, 34, 0}, {0x0141, 38, 35, 0}, {0x0111, 39, 36, 0}, {0x0085, 40, 37, 0},
  {0x0049, 41, 38, 0}, {0x0025, 42, 39, 0}, {0x0015, 43, 40, 0}, {0x0009, 44, 41, 0}, {0x0005, 45, 42, 0}, {0x0001, 45, 43, 0}, {0x5601, 46, 46, 0},
};

static u8 besides(i32 near, i32 far, i32 diagonal) {
  if (near == 2) return 8;
  if (near == 1) return far ? 7 : diagonal ? 6 : 5;
  return (u8)(far ? 2 + far : least(diagonal, 2));
}

static u8 diagonally(i32 beside, i32 diagonal) {
  if (diagonal >= 3) return 8;
  if (diagonal == 2) return beside ? 7 : 6;
  return (u8)((diagonal ? 3 : 0) + least(beside, 2));
}

void fillTables(void) {
  for (u32 place = 0; place < 94; place++) {
    u32 symbol = place & 1, row = place >> 1;
    u64 more = ROWS[row].more * 2u + symbol, less = ROWS[row].less * 2u + (symbol ^ ROWS[row].turn);
    states[place] = (u64)ROWS[row].qe << 47 | less << 32 | more << 16 | place;
  }
  for (i32 key = 0; key < 512; key++) {
    i32 across = (key >> 3 & 1) + (key >> 5 & 1), down = (key >> 1 & 1) + (key >> 7 & 1), diagonal = (key & 1) + (key >> 2 & 1) + (key >> 6 & 1) + (key >> 8 & 1);
    significanceIn[0][key] = significanceIn[2][key] = besides(across, down, diagonal);
    significanceIn[1][key] = besides(down, across, diagonal);
    significanceIn[3][key] = diagonally(across + down, diagonal);
  }
  for (i32 key = 0; key < 256; key++) {
    i32 part[4];
    for (i32 i = 0; i < 4; i++) part[i] = (key >> i & 1) * (key >> (4 + i) & 1 ? -1 : 1);
    i32 down = most(-1, least(1, part[0] + part[3])), across = most(-1, least(1, part[1] + part[2]));
    i32 turned = across < 0 || (across == 0 && down < 0);
    if (turned) across = -across, down = -down;
    signOf[key] = (u8)((across ? 3 + down : down) | turned << 3);
  }
}
