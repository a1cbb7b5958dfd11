#include "execute.h"

#include "status.h"

namespace engine {

const SharedTensor& ContextState::Find(Napi::Env env, int64_t id) const {
  const auto found = tensors.find(id);
  if (found == tensors.end()) throw Napi::RangeError::New(env, "tensor " + std::to_string(id) + " does not exist or was disposed");
  return found->second;
}

Napi::Object ContextState::Add(Napi::Env env, SharedTensor tensor) {
  auto metadata = Napi::Object::New(env);
  metadata.Set("id", Napi::Number::New(env, static_cast<double>(next_id)));
  metadata.Set("shape", ShapeToJs(env, tensor->shape()));
  metadata.Set("dtype", Napi::Number::New(env, tensor->dtype()));
  tensors.emplace(next_id++, std::move(tensor));
  return metadata;
}

Operation OperationFromJs(const Napi::CallbackInfo& info, const ContextState& state) {
  const auto env = info.Env();
  Operation operation{info[0].As<Napi::String>().Utf8Value(), AttributesFromJs(info[1]), {}, 0};
  const auto inputs = info[2].As<Napi::Array>();
  for (uint32_t i = 0; i < inputs.Length(); ++i) {
    const Napi::Value entry = inputs.Get(i);
    OpInput input;
    input.is_list = entry.IsArray();
    if (input.is_list) {
      const auto ids = entry.As<Napi::Array>();
      for (uint32_t j = 0; j < ids.Length(); ++j) {
        input.tensors.push_back(state.Find(env, ids.Get(j).As<Napi::Number>().Int64Value()));
      }
    } else {
      input.tensors.push_back(state.Find(env, entry.As<Napi::Number>().Int64Value()));
    }
    operation.inputs.push_back(std::move(input));
  }
  operation.num_outputs = info[3].As<Napi::Number>().Int32Value();
  return operation;
}

namespace {

void AddInput(TFE_Op* op, const OpInput& input, TF_Status* status) {
  if (!input.is_list) {
    tf().TFE_OpAddInput(op, input.tensors[0]->handle(), status);
    return;
  }
  std::vector<TFE_TensorHandle*> handles;
  for (const auto& tensor : input.tensors) handles.push_back(tensor->handle());
  tf().TFE_OpAddInputList(op, handles.data(), static_cast<int>(handles.size()), status);
}

Outcome Failure(const Status& status) { return {status.code(), status.message(), {}}; }

class ExecuteWorker : public Napi::AsyncWorker {
 public:
  ExecuteWorker(Napi::Env env, std::shared_ptr<ContextState> state, Operation operation)
      : Napi::AsyncWorker(env, "tensorflow.execute"),
        deferred_(Napi::Promise::Deferred::New(env)),
        state_(std::move(state)),
        operation_(std::move(operation)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override { outcome_ = Run(*state_, operation_); }

  void OnOK() override {
    operation_.inputs.clear();
    try {
      deferred_.Resolve(OutcomeToJs(Env(), *state_, std::move(outcome_)));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

 private:
  Napi::Promise::Deferred deferred_;
  std::shared_ptr<ContextState> state_;
  Operation operation_;
  Outcome outcome_;
};

}  // namespace

Outcome Run(const ContextState& state, const Operation& operation) {
  Status status;
  OpPtr op(tf().TFE_NewOp(state.context.get(), operation.name.c_str(), status));
  if (!status.ok()) return Failure(status);
  if (!state.device.empty()) {
    tf().TFE_OpSetDevice(op.get(), state.device.c_str(), status);
    if (!status.ok()) return Failure(status);
  }
  for (const auto& attribute : operation.attributes) {
    Apply(op.get(), attribute, status);
    if (!status.ok()) return Failure(status);
  }
  for (const auto& input : operation.inputs) {
    AddInput(op.get(), input, status);
    if (!status.ok()) return Failure(status);
  }
  std::vector<TFE_TensorHandle*> results(operation.num_outputs, nullptr);
  int count = operation.num_outputs;
  tf().TFE_Execute(op.get(), results.data(), &count, status);
  if (!status.ok()) return Failure(status);
  Outcome outcome;
  for (int i = 0; i < count; ++i) outcome.outputs.push_back(std::make_shared<Tensor>(results[i]));
  return outcome;
}

Napi::Value RunAsync(Napi::Env env, std::shared_ptr<ContextState> state, Operation operation) {
  auto* worker = new ExecuteWorker(env, std::move(state), std::move(operation));  // deletes itself when done
  const auto promise = worker->promise();
  worker->Queue();
  return promise;
}

Napi::Value OutcomeToJs(Napi::Env env, ContextState& state, Outcome outcome) {
  if (outcome.code != 0) throw Status::ToError(env, outcome.code, outcome.message);
  auto array = Napi::Array::New(env, outcome.outputs.size());
  for (uint32_t i = 0; i < outcome.outputs.size(); ++i) array.Set(i, state.Add(env, std::move(outcome.outputs[i])));
  return array;
}

}  // namespace engine
