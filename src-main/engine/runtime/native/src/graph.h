// A graph under construction as a JavaScript class; `finish` turns it into a function of the context.
#pragma once

#include <napi.h>

#include <vector>

#include "context.h"

namespace engine {

class Graph : public Napi::ObjectWrap<Graph> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit Graph(const Napi::CallbackInfo& info);  // (Context)

 private:
  Napi::Value OpDef(const Napi::CallbackInfo& info);
  Napi::Value AddNode(const Napi::CallbackInfo& info);
  Napi::Value AddConstant(const Napi::CallbackInfo& info);
  void SetShape(const Napi::CallbackInfo& info);
  void Finish(const Napi::CallbackInfo& info);

  TF_Operation* Node(const Napi::Value& index) const;
  TF_Output OutputFromJs(const Napi::Value& pair) const;
  std::vector<TF_Output> OutputsFromJs(const Napi::Value& array) const;
  void AddInputs(TF_OperationDescription* node, const Napi::Array& inputs) const;
  Napi::Value Complete(Napi::Env env, TF_OperationDescription* node);
  Napi::Value DescribeOutput(Napi::Env env, TF_Output output) const;

  Napi::ObjectReference context_object_;
  Context* context_;
  GraphPtr graph_;
  std::vector<TF_Operation*> nodes_;
};

}  // namespace engine
