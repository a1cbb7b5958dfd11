#include "tensor.h"

#include <cstring>

#include "status.h"

namespace engine {

std::atomic<int64_t> Live::tensors{0};
std::atomic<int64_t> Live::bytes{0};

Tensor::Tensor(TFE_TensorHandle* handle) : handle_(handle), dtype_(tf().TFE_TensorHandleDataType(handle)) {
  Status status;
  const int rank = tf().TFE_TensorHandleNumDims(handle, status);
  int64_t elements = 1;
  for (int i = 0; i < rank; ++i) {
    shape_.push_back(tf().TFE_TensorHandleDim(handle, i, status));
    elements *= shape_.back();
  }
  bytes_ = elements * static_cast<int64_t>(tf().TF_DataTypeSize(dtype_));
  Live::tensors += 1;
  Live::bytes += bytes_;
}

Tensor::~Tensor() {
  Live::tensors -= 1;
  Live::bytes -= bytes_;
}

Shape ShapeFromJs(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  Shape shape(array.Length());
  for (uint32_t i = 0; i < shape.size(); ++i) shape[i] = array.Get(i).As<Napi::Number>().Int64Value();
  return shape;
}

Napi::Array ShapeToJs(Napi::Env env, const Shape& shape) {
  auto array = Napi::Array::New(env, shape.size());
  for (uint32_t i = 0; i < shape.size(); ++i) array.Set(i, Napi::Number::New(env, static_cast<double>(shape[i])));
  return array;
}

namespace {

int64_t ElementCount(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t dimension : shape) count *= dimension;
  return count;
}

HandlePtr NewHandle(Napi::Env env, const TensorPtr& tensor) {
  Status status;
  HandlePtr handle(tf().TFE_NewTensorHandle(tensor.get(), status));
  status.Check(env);
  return handle;
}

TensorPtr Allocate(Napi::Env env, TF_DataType dtype, const Shape& shape, size_t bytes) {
  TensorPtr tensor(tf().TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes));
  if (!tensor) throw Napi::Error::New(env, "could not allocate a tensor of " + std::to_string(bytes) + " bytes");
  return tensor;
}

HandlePtr StringsFromJs(Napi::Env env, const Shape& shape, const Napi::Array& values) {
  const int64_t count = ElementCount(shape);
  if (values.Length() != count) throw Napi::RangeError::New(env, "the number of strings does not fit the shape");
  auto tensor = Allocate(env, kString, shape, count * sizeof(TF_TString));
  auto* strings = static_cast<TF_TString*>(tf().TF_TensorData(tensor.get()));
  for (int64_t i = 0; i < count; ++i) tf().TF_StringInit(&strings[i]);
  for (uint32_t i = 0; i < count; ++i) {
    const auto bytes = values.Get(i).As<Napi::Uint8Array>();
    tf().TF_StringCopy(&strings[i], reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return NewHandle(env, tensor);
}

template <typename Array>
Napi::Value CopyOut(Napi::Env env, const TF_Tensor* tensor) {
  const size_t bytes = tf().TF_TensorByteSize(tensor);
  auto buffer = Napi::ArrayBuffer::New(env, bytes);
  if (bytes > 0) std::memcpy(buffer.Data(), tf().TF_TensorData(tensor), bytes);
  return Array::New(env, bytes / sizeof(typename Array::ElementTypeAlias), buffer, 0);
}

// node-addon-api does not name the element type of its arrays.
template <typename T>
struct ArrayOf : Napi::TypedArrayOf<T> {
  using ElementTypeAlias = T;
};

Napi::Value StringsToJs(Napi::Env env, const TF_Tensor* tensor) {
  const int64_t count = tf().TF_TensorElementCount(tensor);
  const auto* strings = static_cast<const TF_TString*>(tf().TF_TensorData(tensor));
  auto array = Napi::Array::New(env, count);
  for (uint32_t i = 0; i < count; ++i) {
    const size_t size = tf().TF_StringGetSize(&strings[i]);
    auto bytes = Napi::Uint8Array::New(env, size);
    if (size > 0) std::memcpy(bytes.Data(), tf().TF_StringGetDataPointer(&strings[i]), size);
    array.Set(i, bytes);
  }
  return array;
}

}  // namespace

HandlePtr HandleFromJs(Napi::Env env, const Shape& shape, TF_DataType dtype, const Napi::Value& data) {
  if (dtype == kString) return StringsFromJs(env, shape, data.As<Napi::Array>());
  if (!data.IsTypedArray()) throw Napi::TypeError::New(env, "tensor values must be a typed array");
  const auto values = data.As<Napi::TypedArray>();
  const size_t bytes = ElementCount(shape) * tf().TF_DataTypeSize(dtype);
  if (values.ByteLength() != bytes) {
    throw Napi::RangeError::New(env, "the shape needs " + std::to_string(bytes) + " bytes, the typed array has " +
                                         std::to_string(values.ByteLength()));
  }
  auto tensor = Allocate(env, dtype, shape, bytes);
  if (bytes > 0) {
    const auto* source = static_cast<const char*>(values.ArrayBuffer().Data()) + values.ByteOffset();
    std::memcpy(tf().TF_TensorData(tensor.get()), source, bytes);
  }
  return NewHandle(env, tensor);
}

Napi::Value TensorToJs(Napi::Env env, const Tensor& tensor) {
  Status status;
  TensorPtr host(tf().TFE_TensorHandleResolve(tensor.handle(), status));
  status.Check(env);
  switch (tensor.dtype()) {
    case kFloat:
    case kComplex64: return CopyOut<ArrayOf<float>>(env, host.get());
    case kDouble: return CopyOut<ArrayOf<double>>(env, host.get());
    case kInt32: return CopyOut<ArrayOf<int32_t>>(env, host.get());
    case kInt64: return CopyOut<ArrayOf<int64_t>>(env, host.get());
    case kBool:
    case kUint8: return CopyOut<ArrayOf<uint8_t>>(env, host.get());
    case kInt8: return CopyOut<ArrayOf<int8_t>>(env, host.get());
    case kInt16: return CopyOut<ArrayOf<int16_t>>(env, host.get());
    case kUint16:
    case kHalf:
    case kBfloat16: return CopyOut<ArrayOf<uint16_t>>(env, host.get());
    case kString: return StringsToJs(env, host.get());
    default: throw Napi::TypeError::New(env, "values of data type " + std::to_string(tensor.dtype()) + " cannot be read");
  }
}

}  // namespace engine
