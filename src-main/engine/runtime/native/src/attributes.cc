#include "attributes.h"

namespace engine {
namespace {

template <typename T>
T FromJs(const Napi::Value& value);

template <>
std::string FromJs(const Napi::Value& value) {
  if (value.IsTypedArray()) {  // attribute strings may be any bytes
    const auto bytes = value.As<Napi::Uint8Array>();
    return std::string(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return value.As<Napi::String>().Utf8Value();
}
template <>
int64_t FromJs(const Napi::Value& value) {
  return value.As<Napi::Number>().Int64Value();
}
template <>
float FromJs(const Napi::Value& value) {
  return value.As<Napi::Number>().FloatValue();
}
template <>
bool FromJs(const Napi::Value& value) {
  return value.ToBoolean().Value();
}
template <>
TypeValue FromJs(const Napi::Value& value) {
  return {value.As<Napi::Number>().Int32Value()};
}
template <>
ShapeValue FromJs(const Napi::Value& value) {
  return {ShapeFromJs(value)};
}

template <typename T>
AttrValue SingleOrList(const Napi::Value& value, bool list) {
  if (!list) return FromJs<T>(value);
  const auto array = value.As<Napi::Array>();
  std::vector<T> values;
  for (uint32_t i = 0; i < array.Length(); ++i) values.push_back(FromJs<T>(array.Get(i)));
  return values;
}

AttrValue ValueFromJs(int type, const Napi::Value& value) {
  const bool list = value.IsArray();
  switch (type) {
    case kAttrString: return SingleOrList<std::string>(value, list);
    case kAttrInt: return SingleOrList<int64_t>(value, list);
    case kAttrFloat: return SingleOrList<float>(value, list);
    case kAttrBool: return SingleOrList<bool>(value, list);
    case kAttrType: return SingleOrList<TypeValue>(value, list);
    case kAttrShape: {
      const auto array = value.As<Napi::Array>();
      return SingleOrList<ShapeValue>(value, array.Length() > 0 && array.Get(0u).IsArray());
    }
    default: throw Napi::TypeError::New(value.Env(), "unknown attribute type " + std::to_string(type));
  }
}

// The C API takes parallel arrays.
struct Strings {
  std::vector<const void*> data;
  std::vector<size_t> lengths;
  explicit Strings(const std::vector<std::string>& values) {
    for (const auto& value : values) {
      data.push_back(value.data());
      lengths.push_back(value.size());
    }
  }
};
struct Shapes {
  std::vector<const int64_t*> dims;
  std::vector<int> ranks;
  explicit Shapes(const std::vector<ShapeValue>& values) {
    for (const auto& value : values) {
      dims.push_back(value.dims.data());
      ranks.push_back(static_cast<int>(value.dims.size()));
    }
  }
};
std::vector<unsigned char> Bytes(const std::vector<bool>& values) { return {values.begin(), values.end()}; }
std::vector<TF_DataType> Types(const std::vector<TypeValue>& values) {
  std::vector<TF_DataType> types;
  for (const auto& value : values) types.push_back(value.type);
  return types;
}
template <typename C>
int Size(const C& container) {
  return static_cast<int>(container.size());
}

struct EagerSetter {
  TFE_Op* op;
  const char* name;
  TF_Status* status;
  void operator()(const std::string& v) const { tf().TFE_OpSetAttrString(op, name, v.data(), v.size()); }
  void operator()(int64_t v) const { tf().TFE_OpSetAttrInt(op, name, v); }
  void operator()(float v) const { tf().TFE_OpSetAttrFloat(op, name, v); }
  void operator()(bool v) const { tf().TFE_OpSetAttrBool(op, name, v); }
  void operator()(TypeValue v) const { tf().TFE_OpSetAttrType(op, name, v.type); }
  void operator()(const ShapeValue& v) const {
    tf().TFE_OpSetAttrShape(op, name, v.dims.data(), Size(v.dims), status);
  }
  void operator()(const std::vector<std::string>& v) const {
    const Strings strings(v);
    tf().TFE_OpSetAttrStringList(op, name, strings.data.data(), strings.lengths.data(), Size(v));
  }
  void operator()(const std::vector<int64_t>& v) const { tf().TFE_OpSetAttrIntList(op, name, v.data(), Size(v)); }
  void operator()(const std::vector<float>& v) const { tf().TFE_OpSetAttrFloatList(op, name, v.data(), Size(v)); }
  void operator()(const std::vector<bool>& v) const {
    tf().TFE_OpSetAttrBoolList(op, name, Bytes(v).data(), Size(v));
  }
  void operator()(const std::vector<TypeValue>& v) const {
    tf().TFE_OpSetAttrTypeList(op, name, Types(v).data(), Size(v));
  }
  void operator()(const std::vector<ShapeValue>& v) const {
    Shapes shapes(v);
    tf().TFE_OpSetAttrShapeList(op, name, shapes.dims.data(), shapes.ranks.data(), Size(v), status);
  }
};

struct GraphSetter {
  TF_OperationDescription* node;
  const char* name;
  void operator()(const std::string& v) const { tf().TF_SetAttrString(node, name, v.data(), v.size()); }
  void operator()(int64_t v) const { tf().TF_SetAttrInt(node, name, v); }
  void operator()(float v) const { tf().TF_SetAttrFloat(node, name, v); }
  void operator()(bool v) const { tf().TF_SetAttrBool(node, name, v); }
  void operator()(TypeValue v) const { tf().TF_SetAttrType(node, name, v.type); }
  void operator()(const ShapeValue& v) const { tf().TF_SetAttrShape(node, name, v.dims.data(), Size(v.dims)); }
  void operator()(const std::vector<std::string>& v) const {
    const Strings strings(v);
    tf().TF_SetAttrStringList(node, name, strings.data.data(), strings.lengths.data(), Size(v));
  }
  void operator()(const std::vector<int64_t>& v) const { tf().TF_SetAttrIntList(node, name, v.data(), Size(v)); }
  void operator()(const std::vector<float>& v) const { tf().TF_SetAttrFloatList(node, name, v.data(), Size(v)); }
  void operator()(const std::vector<bool>& v) const {
    tf().TF_SetAttrBoolList(node, name, Bytes(v).data(), Size(v));
  }
  void operator()(const std::vector<TypeValue>& v) const {
    tf().TF_SetAttrTypeList(node, name, Types(v).data(), Size(v));
  }
  void operator()(const std::vector<ShapeValue>& v) const {
    const Shapes shapes(v);
    tf().TF_SetAttrShapeList(node, name, shapes.dims.data(), shapes.ranks.data(), Size(v));
  }
};

}  // namespace

std::vector<Attribute> AttributesFromJs(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<Attribute> attributes;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto entry = array.Get(i).As<Napi::Object>();
    const int type = entry.Get("type").As<Napi::Number>().Int32Value();
    attributes.push_back({entry.Get("name").As<Napi::String>().Utf8Value(), ValueFromJs(type, entry.Get("value"))});
  }
  return attributes;
}

void Apply(TFE_Op* op, const Attribute& attribute, TF_Status* status) {
  std::visit(EagerSetter{op, attribute.name.c_str(), status}, attribute.value);
}

void Apply(TF_OperationDescription* node, const Attribute& attribute) {
  std::visit(GraphSetter{node, attribute.name.c_str()}, attribute.value);
}

}  // namespace engine
