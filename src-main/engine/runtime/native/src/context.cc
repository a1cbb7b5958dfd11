#include "context.h"

#include "status.h"

namespace engine {

Napi::Function Context::Define(Napi::Env env) {
  return DefineClass(env, "Context",
                     {
                         InstanceMethod<&Context::Devices>("devices"),
                         InstanceMethod<&Context::SetDevice>("setDevice"),
                         InstanceMethod<&Context::EnableCollectives>("enableCollectives"),
                         InstanceMethod<&Context::AbortCollectives>("abortCollectives"),
                         InstanceMethod<&Context::CreateTensor>("createTensor"),
                         InstanceMethod<&Context::ShareTensor>("shareTensor"),
                         InstanceMethod<&Context::DeleteTensor>("deleteTensor"),
                         InstanceMethod<&Context::TensorInfo>("tensorInfo"),
                         InstanceMethod<&Context::TensorData>("tensorData"),
                         InstanceMethod<&Context::Execute>("execute"),
                         InstanceMethod<&Context::ExecuteAsync>("executeAsync"),
                         InstanceMethod<&Context::RemoveFunction>("removeFunction"),
                         InstanceMethod<&Context::Memory>("memory"),
                         InstanceMethod<&Context::Close>("close"),
                     });
}

Context::Context(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Context>(info) {
  const auto env = info.Env();
  const auto config = info[0].As<Napi::Uint8Array>();
  Status status;
  ContextOptionsPtr options(tf().TFE_NewContextOptions());
  tf().TFE_ContextOptionsSetConfig(options.get(), config.Data(), config.ByteLength(), status);
  status.Check(env);
  state_ = std::make_shared<ContextState>();
  state_->context.reset(tf().TFE_NewContext(options.get(), status));
  status.Check(env);
}

// A context that was not closed outlives its environment on purpose: tearing TensorFlow down while its own threads
// may still run crashes at exit.
Context::~Context() {
  if (state_) new std::shared_ptr<ContextState>(std::move(state_));
}

ContextState& Context::state(Napi::Env env) const {
  if (!state_) throw Napi::Error::New(env, "the runtime was closed");
  return *state_;
}

Napi::Value Context::Devices(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  Status status;
  DeviceListPtr list(tf().TFE_ContextListDevices(state(env).context.get(), status));
  status.Check(env);
  auto devices = Napi::Array::New(env);
  for (int i = 0; i < tf().TF_DeviceListCount(list.get()); ++i) {
    auto device = Napi::Object::New(env);
    device.Set("name", tf().TF_DeviceListName(list.get(), i, status));
    device.Set("type", tf().TF_DeviceListType(list.get(), i, status));
    device.Set("memory", Napi::Number::New(env, static_cast<double>(tf().TF_DeviceListMemoryBytes(list.get(), i, status))));
    status.Check(env);
    devices.Set(static_cast<uint32_t>(i), device);
  }
  return devices;
}

// (name, isHost)
void Context::SetDevice(const Napi::CallbackInfo& info) {
  auto& current = state(info.Env());
  current.device = info[0].As<Napi::String>().Utf8Value();
  current.device_is_host = info[1].ToBoolean().Value();
}

// (ServerDef bytes); calling it again re-arms collectives that were aborted.
void Context::EnableCollectives(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  Status status;
  tf().TFE_EnableCollectiveOps(state(info.Env()).context.get(), bytes.Data(), bytes.ByteLength(), status);
  status.Check(info.Env());
}

// (reason): fails the collectives in flight, and all later ones until they are enabled again.
void Context::AbortCollectives(const Napi::CallbackInfo& info) {
  constexpr TF_Code kUnavailable = 14;
  Status status;
  tf().TF_SetStatus(status, kUnavailable, info[0].As<Napi::String>().Utf8Value().c_str());
  tf().TFE_AbortCollectiveOps(state(info.Env()).context.get(), status);
}

// (shape, dtype, values) -> id. Int32 and strings stay in host memory, where most GPU kernels expect them.
Napi::Value Context::CreateTensor(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  auto& current = state(env);
  const TF_DataType dtype = info[1].As<Napi::Number>().Int32Value();
  HandlePtr handle = HandleFromJs(env, ShapeFromJs(info[0]), dtype, info[2]);
  if (!current.device_is_host && dtype != kInt32 && dtype != kString) {
    Status status;
    handle.reset(tf().TFE_TensorHandleCopyToDevice(handle.get(), current.context.get(), current.device.c_str(), status));
    status.Check(env);
  }
  return current.Add(env, std::make_shared<Tensor>(handle.release())).Get("id");
}

// (id) -> another id of the same tensor, which lives until both are deleted.
Napi::Value Context::ShareTensor(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  auto& current = state(env);
  SharedTensor tensor = current.Find(env, info[0].As<Napi::Number>().Int64Value());
  return current.Add(env, std::move(tensor)).Get("id");
}

void Context::DeleteTensor(const Napi::CallbackInfo& info) {
  if (state_) state_->tensors.erase(info[0].As<Napi::Number>().Int64Value());
}

// (id) -> {shape, dtype}
Napi::Value Context::TensorInfo(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const auto& tensor = state(env).Find(env, info[0].As<Napi::Number>().Int64Value());
  auto result = Napi::Object::New(env);
  result.Set("shape", ShapeToJs(env, tensor->shape()));
  result.Set("dtype", Napi::Number::New(env, tensor->dtype()));
  return result;
}

Napi::Value Context::TensorData(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  return TensorToJs(env, *state(env).Find(env, info[0].As<Napi::Number>().Int64Value()));
}

Napi::Value Context::Execute(const Napi::CallbackInfo& info) {
  auto& current = state(info.Env());
  return OutcomeToJs(info.Env(), current, Run(current, OperationFromJs(info, current)));
}

Napi::Value Context::ExecuteAsync(const Napi::CallbackInfo& info) {
  return RunAsync(info.Env(), state_, OperationFromJs(info, state(info.Env())));
}

void Context::RemoveFunction(const Napi::CallbackInfo& info) {
  if (!state_) return;
  Status status;
  tf().TFE_ContextRemoveFunction(state_->context.get(), info[0].As<Napi::String>().Utf8Value().c_str(), status);
  status.Check(info.Env());
}

Napi::Value Context::Memory(const Napi::CallbackInfo& info) {
  auto memory = Napi::Object::New(info.Env());
  memory.Set("tensors", Napi::Number::New(info.Env(), static_cast<double>(Live::tensors)));
  memory.Set("bytes", Napi::Number::New(info.Env(), static_cast<double>(Live::bytes)));
  return memory;
}

void Context::Close(const Napi::CallbackInfo& info) {
  if (!state_) return;
  state_->tensors.clear();
  state_.reset();
}

}  // namespace engine
