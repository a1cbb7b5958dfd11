#include "library.h"

#include <uv.h>

namespace engine {
namespace {

Api table;
std::string opened;
uv_lib_t* handle = nullptr;

template <typename Function>
void Resolve(uv_lib_t* library, const char* name, Function*& slot) {
  void* symbol = nullptr;
  if (uv_dlsym(library, name, &symbol) != 0) {
    throw LibraryError(std::string("it has no symbol ") + name + "; TensorFlow 2.9 or later is needed");
  }
  slot = reinterpret_cast<Function*>(symbol);
}

}  // namespace

void OpenLibrary(const std::string& path) {
  if (opened == path) return;
  if (!opened.empty()) throw LibraryError("this process has already loaded " + opened);

  // libuv's loader is LoadLibraryEx on Windows and dlopen elsewhere; it finds the framework library beside this one.
  auto library = std::make_unique<uv_lib_t>();
  if (uv_dlopen(path.c_str(), library.get()) != 0) {
    const std::string reason = uv_dlerror(library.get());
    uv_dlclose(library.get());
    throw LibraryError(reason);
  }
  Api loaded;
#define ENGINE_RESOLVE(name, result, parameters) Resolve(library.get(), #name, loaded.name);
  ENGINE_TF_SYMBOLS(ENGINE_RESOLVE)
#undef ENGINE_RESOLVE
  table = loaded;
  opened = path;
  handle = library.release();  // kept for the life of the process: TensorFlow's threads run its code until the end
}

void* FindSymbol(const char* name) {
  void* symbol = nullptr;
  return handle != nullptr && uv_dlsym(handle, name, &symbol) == 0 ? symbol : nullptr;
}

const Api& tf() { return table; }

}  // namespace engine
