// libtensorflow for JavaScript: `openLibrary(path)` first, then `new Context(config)` and `new Graph(context)`.
#include <napi.h>
#if defined(__linux__)
#include <malloc.h>
#endif

#include "context.h"
#include "graph.h"
#include "library.h"
#include "listen.h"
#include "norm/kernels.h"

namespace engine {
namespace {

// (path) -> version of the library
Napi::Value OpenLibraryFromJs(const Napi::CallbackInfo& info) {
  try {
    OpenLibrary(info[0].As<Napi::String>().Utf8Value());
  } catch (const LibraryError& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
  return Napi::String::New(info.Env(), tf().TF_Version());
}

// (threads) -> whether our own ops are there; after openLibrary and before the first context.
Napi::Value RegisterKernelsFromJs(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), norm::RegisterKernels(FindSymbol, info[0].As<Napi::Number>().Uint32Value()));
}

// (address) -> whether TensorFlow's server will listen there alone; after openLibrary and before enableCollectives.
Napi::Value ListenAtFromJs(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), ListenAt(info[0].As<Napi::String>().Utf8Value()));
}

// () -> nothing: memory that was freed goes back to the machine, where the C library would keep it.
Napi::Value TrimMemory(const Napi::CallbackInfo& info) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  return info.Env().Undefined();
}

Napi::Object Initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("openLibrary", Napi::Function::New(env, OpenLibraryFromJs, "openLibrary"));
  exports.Set("registerKernels", Napi::Function::New(env, RegisterKernelsFromJs, "registerKernels"));
  exports.Set("listenAt", Napi::Function::New(env, ListenAtFromJs, "listenAt"));
  exports.Set("trimMemory", Napi::Function::New(env, TrimMemory, "trimMemory"));
  exports.Set("Context", Context::Define(env));
  exports.Set("Graph", Graph::Define(env));
  return exports;
}

}  // namespace
}  // namespace engine

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return engine::Initialise(env, exports); }
NODE_API_MODULE(tensorflow_runtime, Init)
