// Operation attributes: parsed from JavaScript once, applied to an eager op or to a graph node.
#pragma once

#include <napi.h>

#include <string>
#include <variant>
#include <vector>

#include "tensor.h"

namespace engine {

struct TypeValue {
  TF_DataType type;
};
struct ShapeValue {
  Shape dims;
};

using AttrValue = std::variant<std::string, int64_t, float, bool, TypeValue, ShapeValue, std::vector<std::string>,
                               std::vector<int64_t>, std::vector<float>, std::vector<bool>, std::vector<TypeValue>,
                               std::vector<ShapeValue>>;

struct Attribute {
  std::string name;
  AttrValue value;
};

// From [{name, type, value}]: `type` is TF_AttrType; an array value is a list, save for the shape of a single shape.
std::vector<Attribute> AttributesFromJs(const Napi::Value& value);

void Apply(TFE_Op* op, const Attribute& attribute, TF_Status* status);
void Apply(TF_OperationDescription* node, const Attribute& attribute);

}  // namespace engine
