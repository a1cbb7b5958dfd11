// Eager tensors: shared, counted handles, and copies to and from JavaScript's typed arrays.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <vector>

#include "library.h"

namespace engine {

using Shape = std::vector<int64_t>;

// What is alive natively, whoever holds it: JavaScript, a compiled function or a step in flight.
struct Live {
  static std::atomic<int64_t> tensors;
  static std::atomic<int64_t> bytes;
};

class Tensor {
 public:
  // Takes ownership of the handle. Must not throw on a worker thread, so shape and type are read here, unchecked:
  // an executed handle always has both.
  explicit Tensor(TFE_TensorHandle* handle);
  ~Tensor();
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;

  TFE_TensorHandle* handle() const { return handle_.get(); }
  TF_DataType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }

 private:
  HandlePtr handle_;
  TF_DataType dtype_;
  Shape shape_;
  int64_t bytes_;
};

using SharedTensor = std::shared_ptr<Tensor>;

Shape ShapeFromJs(const Napi::Value& value);
Napi::Array ShapeToJs(Napi::Env env, const Shape& shape);

// Copies a typed array (or, for strings, an array of Uint8Array) into a tensor in host memory.
HandlePtr HandleFromJs(Napi::Env env, const Shape& shape, TF_DataType dtype, const Napi::Value& data);

// Copies a tensor into a buffer that V8 owns (Electron forbids external ones).
Napi::Value TensorToJs(Napi::Env env, const Tensor& tensor);

}  // namespace engine
