// The one libtensorflow of this process: it cannot be unloaded, so neither can another be loaded after it.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "c_api.h"

namespace engine {

struct LibraryError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Opens the library and fills the table; opening the same path again does nothing.
void OpenLibrary(const std::string& path);

// A symbol of the open library or of those it brings along, or null.
void* FindSymbol(const char* name);

// The filled table. Calling it before OpenLibrary is a bug of the addon.
const Api& tf();

template <typename T, void (*Api::*Delete)(T*)>
struct Deleter {
  void operator()(T* pointer) const { (tf().*Delete)(pointer); }
};
template <typename T, void (*Api::*Delete)(T*)>
using Owned = std::unique_ptr<T, Deleter<T, Delete>>;

using TensorPtr = Owned<TF_Tensor, &Api::TF_DeleteTensor>;
using BufferPtr = Owned<TF_Buffer, &Api::TF_DeleteBuffer>;
using GraphPtr = Owned<TF_Graph, &Api::TF_DeleteGraph>;
using FunctionPtr = Owned<TF_Function, &Api::TF_DeleteFunction>;
using DeviceListPtr = Owned<TF_DeviceList, &Api::TF_DeleteDeviceList>;
using OpPtr = Owned<TFE_Op, &Api::TFE_DeleteOp>;
using HandlePtr = Owned<TFE_TensorHandle, &Api::TFE_DeleteTensorHandle>;
using ContextPtr = Owned<TFE_Context, &Api::TFE_DeleteContext>;
using ContextOptionsPtr = Owned<TFE_ContextOptions, &Api::TFE_DeleteContextOptions>;

}  // namespace engine
