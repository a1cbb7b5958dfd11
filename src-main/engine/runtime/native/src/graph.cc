#include "graph.h"

#include "status.h"

namespace engine {

Napi::Function Graph::Define(Napi::Env env) {
  return DefineClass(env, "Graph",
                     {
                         InstanceMethod<&Graph::OpDef>("opDef"),
                         InstanceMethod<&Graph::AddNode>("addNode"),
                         InstanceMethod<&Graph::AddConstant>("addConstant"),
                         InstanceMethod<&Graph::SetShape>("setShape"),
                         InstanceMethod<&Graph::Finish>("finish"),
                     });
}

Graph::Graph(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Graph>(info), graph_(tf().TF_NewGraph()) {
  const auto object = info[0].As<Napi::Object>();
  context_object_ = Napi::Persistent(object);
  context_ = Context::Unwrap(object);
}

TF_Operation* Graph::Node(const Napi::Value& index) const {
  const uint32_t i = index.As<Napi::Number>().Uint32Value();
  if (i >= nodes_.size()) throw Napi::RangeError::New(index.Env(), "no node " + std::to_string(i) + " in this graph");
  return nodes_[i];
}

// [node, output]
TF_Output Graph::OutputFromJs(const Napi::Value& pair) const {
  const auto array = pair.As<Napi::Array>();
  return {Node(array.Get(0u)), array.Get(1u).As<Napi::Number>().Int32Value()};
}

std::vector<TF_Output> Graph::OutputsFromJs(const Napi::Value& value) const {
  const auto array = value.As<Napi::Array>();
  std::vector<TF_Output> outputs;
  for (uint32_t i = 0; i < array.Length(); ++i) outputs.push_back(OutputFromJs(array.Get(i)));
  return outputs;
}

// Serialised OpDef of a registered operation.
Napi::Value Graph::OpDef(const Napi::CallbackInfo& info) {
  Status status;
  BufferPtr buffer(tf().TF_NewBuffer());
  tf().TF_GraphGetOpDef(graph_.get(), info[0].As<Napi::String>().Utf8Value().c_str(), buffer.get(), status);
  status.Check(info.Env());
  return Napi::Buffer<uint8_t>::Copy(info.Env(), static_cast<const uint8_t*>(buffer->data), buffer->length);
}

// An entry is [node, output], or an array of such pairs for a list argument.
void Graph::AddInputs(TF_OperationDescription* node, const Napi::Array& inputs) const {
  for (uint32_t i = 0; i < inputs.Length(); ++i) {
    const auto entry = inputs.Get(i).As<Napi::Array>();
    if (entry.Length() > 0 && entry.Get(0u).IsNumber()) {
      tf().TF_AddInput(node, OutputFromJs(entry));
    } else {
      const auto list = OutputsFromJs(entry);
      tf().TF_AddInputList(node, list.data(), static_cast<int>(list.size()));
    }
  }
}

// (op, name, attributes, inputs, control nodes, device) -> {node, outputs: [{dtype, shape | null}]}
Napi::Value Graph::AddNode(const Napi::CallbackInfo& info) {
  const auto op = info[0].As<Napi::String>().Utf8Value();
  const auto name = info[1].As<Napi::String>().Utf8Value();
  const auto attributes = AttributesFromJs(info[2]);
  const auto inputs = info[3].As<Napi::Array>();
  const auto controls = info[4].As<Napi::Array>();
  const auto device = info[5].As<Napi::String>().Utf8Value();

  auto* node = tf().TF_NewOperation(graph_.get(), op.c_str(), name.c_str());
  if (!device.empty()) tf().TF_SetDevice(node, device.c_str());
  AddInputs(node, inputs);
  for (uint32_t i = 0; i < controls.Length(); ++i) tf().TF_AddControlInput(node, Node(controls.Get(i)));
  for (const auto& attribute : attributes) Apply(node, attribute);
  return Complete(info.Env(), node);
}

// (name, id of an eager tensor) -> as addNode; the tensor's value becomes part of the graph.
Napi::Value Graph::AddConstant(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const auto& tensor = context_->state(env).Find(env, info[1].As<Napi::Number>().Int64Value());
  Status status;
  TensorPtr value(tf().TFE_TensorHandleResolve(tensor->handle(), status));
  status.Check(env);
  auto* node = tf().TF_NewOperation(graph_.get(), "Const", info[0].As<Napi::String>().Utf8Value().c_str());
  tf().TF_SetAttrType(node, "dtype", tensor->dtype());
  Status attribute;
  tf().TF_SetAttrTensor(node, "value", value.get(), attribute);
  const auto described = Complete(env, node);
  attribute.Check(env);
  return described;
}

Napi::Value Graph::Complete(Napi::Env env, TF_OperationDescription* description) {
  Status status;
  auto* node = tf().TF_FinishOperation(description, status);
  status.Check(env);
  const auto index = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back(node);
  const int count = tf().TF_OperationNumOutputs(node);
  auto outputs = Napi::Array::New(env, count);
  for (int i = 0; i < count; ++i) outputs.Set(static_cast<uint32_t>(i), DescribeOutput(env, {node, i}));
  auto result = Napi::Object::New(env);
  result.Set("node", Napi::Number::New(env, index));
  result.Set("outputs", outputs);
  return result;
}

// A shape that inference cannot tell in full is null.
Napi::Value Graph::DescribeOutput(Napi::Env env, TF_Output output) const {
  Status status;
  auto described = Napi::Object::New(env);
  described.Set("dtype", Napi::Number::New(env, tf().TF_OperationOutputType(output)));
  described.Set("shape", env.Null());
  const int rank = tf().TF_GraphGetTensorNumDims(graph_.get(), output, status);
  status.Check(env);
  if (rank < 0) return described;
  Shape shape(rank);
  tf().TF_GraphGetTensorShape(graph_.get(), output, shape.data(), rank, status);
  status.Check(env);
  for (const int64_t dimension : shape) {
    if (dimension < 0) return described;
  }
  described.Set("shape", ShapeToJs(env, shape));
  return described;
}

// ([node, output], shape): for what inference cannot know, such as the value behind a resource.
void Graph::SetShape(const Napi::CallbackInfo& info) {
  Status status;
  const Shape shape = ShapeFromJs(info[1]);
  tf().TF_GraphSetTensorShape(graph_.get(), OutputFromJs(info[0]), shape.data(), static_cast<int>(shape.size()), status);
  status.Check(info.Env());
}

// (name, inputs, outputs, control nodes): adds the function to the context. Control nodes run even if nothing uses them.
void Graph::Finish(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const auto name = info[0].As<Napi::String>().Utf8Value();
  const auto inputs = OutputsFromJs(info[1]);
  const auto outputs = OutputsFromJs(info[2]);
  const auto indices = info[3].As<Napi::Array>();
  std::vector<const TF_Operation*> controls;
  for (uint32_t i = 0; i < indices.Length(); ++i) controls.push_back(Node(indices.Get(i)));

  Status status;
  FunctionPtr function(tf().TF_GraphToFunctionWithControlOutputs(
      graph_.get(), name.c_str(), 0, -1, nullptr, static_cast<int>(inputs.size()), inputs.data(),
      static_cast<int>(outputs.size()), outputs.data(), nullptr, static_cast<int>(controls.size()), controls.data(),
      nullptr, nullptr, "", status));
  status.Check(env);
  tf().TFE_ContextAddFunction(context_->state(env).context.get(), function.get(), status);
  status.Check(env);
}

}  // namespace engine
