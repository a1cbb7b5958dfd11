// Running one operation, or one compiled function: the same call to TensorFlow.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "attributes.h"
#include "tensor.h"

namespace engine {

// What the JavaScript Context owns; shared with the steps in flight, so that closing it cannot pull it from under them.
struct ContextState {
  ContextPtr context;
  std::string device;  // where ops run and values are uploaded; empty: TensorFlow's choice
  bool device_is_host = true;
  std::unordered_map<int64_t, SharedTensor> tensors;
  int64_t next_id = 0;

  const SharedTensor& Find(Napi::Env env, int64_t id) const;
  // Registers the tensor and returns {id, shape, dtype}.
  Napi::Object Add(Napi::Env env, SharedTensor tensor);
};

struct OpInput {
  bool is_list = false;
  std::vector<SharedTensor> tensors;
};

struct Operation {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<OpInput> inputs;
  int num_outputs = 0;
};

struct Outcome {
  TF_Code code = 0;
  std::string message;
  std::vector<SharedTensor> outputs;
};

// From (name, attributes, inputs, numOutputs); an input is a tensor id, or an array of ids for a list argument.
Operation OperationFromJs(const Napi::CallbackInfo& info, const ContextState& state);

// Safe on any thread; touches no JavaScript.
Outcome Run(const ContextState& state, const Operation& operation);

// Runs on a worker thread; the promise resolves to [{id, shape, dtype}].
Napi::Value RunAsync(Napi::Env env, std::shared_ptr<ContextState> state, Operation operation);

// [{id, shape, dtype}], or a JavaScript error with `status`.
Napi::Value OutcomeToJs(Napi::Env env, ContextState& state, Outcome outcome);

}  // namespace engine
