// The eager context as a JavaScript class: devices, tensors, operations, functions, collectives.
#pragma once

#include <napi.h>

#include <memory>

#include "execute.h"

namespace engine {

class Context : public Napi::ObjectWrap<Context> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit Context(const Napi::CallbackInfo& info);  // (ConfigProto bytes)
  ~Context() override;

  ContextState& state(Napi::Env env) const;

 private:
  Napi::Value Devices(const Napi::CallbackInfo& info);
  void SetDevice(const Napi::CallbackInfo& info);
  void EnableCollectives(const Napi::CallbackInfo& info);
  void AbortCollectives(const Napi::CallbackInfo& info);
  Napi::Value CreateTensor(const Napi::CallbackInfo& info);
  Napi::Value ShareTensor(const Napi::CallbackInfo& info);
  void DeleteTensor(const Napi::CallbackInfo& info);
  Napi::Value TensorInfo(const Napi::CallbackInfo& info);
  Napi::Value TensorData(const Napi::CallbackInfo& info);
  Napi::Value Execute(const Napi::CallbackInfo& info);
  Napi::Value ExecuteAsync(const Napi::CallbackInfo& info);
  void RemoveFunction(const Napi::CallbackInfo& info);
  Napi::Value Memory(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<ContextState> state_;
};

}  // namespace engine
