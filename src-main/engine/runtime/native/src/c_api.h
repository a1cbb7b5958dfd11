// The part of TensorFlow's C API that the engine uses, as a table of function pointers filled at run time.
// Only the stable C ABI is declared here (tensorflow/c/c_api.h, c_api_experimental.h, eager/c_api.h), so that
// any libtensorflow >= 2.9 serves and none is needed to compile.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct TF_Status;
struct TF_Tensor;
struct TF_Graph;
struct TF_Operation;
struct TF_OperationDescription;
struct TF_Function;
struct TF_FunctionOptions;
struct TF_DeviceList;
struct TFE_Context;
struct TFE_ContextOptions;
struct TFE_TensorHandle;
struct TFE_Op;

typedef int TF_Code;  // 0 is TF_OK; the numbers are those of gRPC
typedef int TF_DataType;

struct TF_Buffer {
  const void* data;
  size_t length;
  void (*data_deallocator)(void* data, size_t length);
};

struct TF_Output {
  TF_Operation* oper;
  int index;
};

// Opaque, of a size fixed by the ABI: TF_TString is a 24-byte union.
struct TF_TString {
  alignas(8) unsigned char bytes[24];
};

}  // extern "C"

namespace engine {

enum DataType : TF_DataType {
  kFloat = 1, kDouble = 2, kInt32 = 3, kUint8 = 4, kInt16 = 5, kInt8 = 6, kString = 7, kComplex64 = 8,
  kInt64 = 9, kBool = 10, kBfloat16 = 14, kUint16 = 17, kHalf = 19, kResource = 20,
};

enum AttrType { kAttrString = 0, kAttrInt = 1, kAttrFloat = 2, kAttrBool = 3, kAttrType = 4, kAttrShape = 5 };

// X(name, result, parameters)
#define ENGINE_TF_SYMBOLS(X)                                                                                          \
  X(TF_Version, const char*, ())                                                                                      \
  X(TF_DataTypeSize, size_t, (TF_DataType))                                                                           \
  X(TF_NewStatus, TF_Status*, ())                                                                                     \
  X(TF_DeleteStatus, void, (TF_Status*))                                                                              \
  X(TF_GetCode, TF_Code, (const TF_Status*))                                                                          \
  X(TF_Message, const char*, (const TF_Status*))                                                                      \
  X(TF_SetStatus, void, (TF_Status*, TF_Code, const char*))                                                           \
  X(TF_NewBuffer, TF_Buffer*, ())                                                                                     \
  X(TF_DeleteBuffer, void, (TF_Buffer*))                                                                              \
  X(TF_AllocateTensor, TF_Tensor*, (TF_DataType, const int64_t* dims, int num_dims, size_t bytes))                    \
  X(TF_DeleteTensor, void, (TF_Tensor*))                                                                              \
  X(TF_TensorData, void*, (const TF_Tensor*))                                                                         \
  X(TF_TensorByteSize, size_t, (const TF_Tensor*))                                                                    \
  X(TF_TensorElementCount, int64_t, (const TF_Tensor*))                                                               \
  X(TF_StringInit, void, (TF_TString*))                                                                               \
  X(TF_StringCopy, void, (TF_TString*, const char*, size_t))                                                          \
  X(TF_StringGetDataPointer, const char*, (const TF_TString*))                                                        \
  X(TF_StringGetSize, size_t, (const TF_TString*))                                                                    \
  X(TF_DeviceListCount, int, (const TF_DeviceList*))                                                                  \
  X(TF_DeviceListName, const char*, (const TF_DeviceList*, int, TF_Status*))                                          \
  X(TF_DeviceListType, const char*, (const TF_DeviceList*, int, TF_Status*))                                          \
  X(TF_DeviceListMemoryBytes, int64_t, (const TF_DeviceList*, int, TF_Status*))                                       \
  X(TF_DeleteDeviceList, void, (TF_DeviceList*))                                                                      \
  X(TFE_NewContextOptions, TFE_ContextOptions*, ())                                                                   \
  X(TFE_ContextOptionsSetConfig, void, (TFE_ContextOptions*, const void*, size_t, TF_Status*))                        \
  X(TFE_DeleteContextOptions, void, (TFE_ContextOptions*))                                                            \
  X(TFE_NewContext, TFE_Context*, (const TFE_ContextOptions*, TF_Status*))                                            \
  X(TFE_DeleteContext, void, (TFE_Context*))                                                                          \
  X(TFE_ContextListDevices, TF_DeviceList*, (TFE_Context*, TF_Status*))                                               \
  X(TFE_ContextAddFunction, void, (TFE_Context*, TF_Function*, TF_Status*))                                           \
  X(TFE_ContextRemoveFunction, void, (TFE_Context*, const char*, TF_Status*))                                         \
  X(TFE_EnableCollectiveOps, void, (TFE_Context*, const void*, size_t, TF_Status*))                                   \
  X(TFE_AbortCollectiveOps, void, (TFE_Context*, TF_Status*))                                                         \
  X(TFE_NewTensorHandle, TFE_TensorHandle*, (const TF_Tensor*, TF_Status*))                                           \
  X(TFE_DeleteTensorHandle, void, (TFE_TensorHandle*))                                                                \
  X(TFE_TensorHandleDataType, TF_DataType, (TFE_TensorHandle*))                                                       \
  X(TFE_TensorHandleNumDims, int, (TFE_TensorHandle*, TF_Status*))                                                    \
  X(TFE_TensorHandleDim, int64_t, (TFE_TensorHandle*, int, TF_Status*))                                               \
  X(TFE_TensorHandleResolve, TF_Tensor*, (TFE_TensorHandle*, TF_Status*))                                             \
  X(TFE_TensorHandleCopyToDevice, TFE_TensorHandle*, (TFE_TensorHandle*, TFE_Context*, const char*, TF_Status*))      \
  X(TFE_NewOp, TFE_Op*, (TFE_Context*, const char*, TF_Status*))                                                      \
  X(TFE_DeleteOp, void, (TFE_Op*))                                                                                    \
  X(TFE_OpSetDevice, void, (TFE_Op*, const char*, TF_Status*))                                                        \
  X(TFE_OpAddInput, void, (TFE_Op*, TFE_TensorHandle*, TF_Status*))                                                   \
  X(TFE_OpAddInputList, void, (TFE_Op*, TFE_TensorHandle**, int, TF_Status*))                                         \
  X(TFE_OpSetAttrString, void, (TFE_Op*, const char*, const void*, size_t))                                           \
  X(TFE_OpSetAttrInt, void, (TFE_Op*, const char*, int64_t))                                                          \
  X(TFE_OpSetAttrFloat, void, (TFE_Op*, const char*, float))                                                          \
  X(TFE_OpSetAttrBool, void, (TFE_Op*, const char*, unsigned char))                                                   \
  X(TFE_OpSetAttrType, void, (TFE_Op*, const char*, TF_DataType))                                                     \
  X(TFE_OpSetAttrShape, void, (TFE_Op*, const char*, const int64_t*, int, TF_Status*))                                \
  X(TFE_OpSetAttrStringList, void, (TFE_Op*, const char*, const void* const*, const size_t*, int))                    \
  X(TFE_OpSetAttrIntList, void, (TFE_Op*, const char*, const int64_t*, int))                                          \
  X(TFE_OpSetAttrFloatList, void, (TFE_Op*, const char*, const float*, int))                                          \
  X(TFE_OpSetAttrBoolList, void, (TFE_Op*, const char*, const unsigned char*, int))                                   \
  X(TFE_OpSetAttrTypeList, void, (TFE_Op*, const char*, const TF_DataType*, int))                                     \
  X(TFE_OpSetAttrShapeList, void, (TFE_Op*, const char*, const int64_t**, const int*, int, TF_Status*))               \
  X(TFE_Execute, void, (TFE_Op*, TFE_TensorHandle**, int*, TF_Status*))                                               \
  X(TF_NewGraph, TF_Graph*, ())                                                                                       \
  X(TF_DeleteGraph, void, (TF_Graph*))                                                                                \
  X(TF_GraphGetOpDef, void, (TF_Graph*, const char*, TF_Buffer*, TF_Status*))                                         \
  X(TF_GraphSetTensorShape, void, (TF_Graph*, TF_Output, const int64_t*, int, TF_Status*))                            \
  X(TF_GraphGetTensorNumDims, int, (TF_Graph*, TF_Output, TF_Status*))                                                \
  X(TF_GraphGetTensorShape, void, (TF_Graph*, TF_Output, int64_t*, int, TF_Status*))                                  \
  X(TF_NewOperation, TF_OperationDescription*, (TF_Graph*, const char*, const char*))                                 \
  X(TF_SetDevice, void, (TF_OperationDescription*, const char*))                                                      \
  X(TF_AddInput, void, (TF_OperationDescription*, TF_Output))                                                         \
  X(TF_AddInputList, void, (TF_OperationDescription*, const TF_Output*, int))                                         \
  X(TF_AddControlInput, void, (TF_OperationDescription*, TF_Operation*))                                              \
  X(TF_SetAttrString, void, (TF_OperationDescription*, const char*, const void*, size_t))                             \
  X(TF_SetAttrInt, void, (TF_OperationDescription*, const char*, int64_t))                                            \
  X(TF_SetAttrFloat, void, (TF_OperationDescription*, const char*, float))                                            \
  X(TF_SetAttrBool, void, (TF_OperationDescription*, const char*, unsigned char))                                     \
  X(TF_SetAttrType, void, (TF_OperationDescription*, const char*, TF_DataType))                                       \
  X(TF_SetAttrShape, void, (TF_OperationDescription*, const char*, const int64_t*, int))                              \
  X(TF_SetAttrStringList, void, (TF_OperationDescription*, const char*, const void* const*, const size_t*, int))      \
  X(TF_SetAttrIntList, void, (TF_OperationDescription*, const char*, const int64_t*, int))                            \
  X(TF_SetAttrFloatList, void, (TF_OperationDescription*, const char*, const float*, int))                            \
  X(TF_SetAttrBoolList, void, (TF_OperationDescription*, const char*, const unsigned char*, int))                     \
  X(TF_SetAttrTypeList, void, (TF_OperationDescription*, const char*, const TF_DataType*, int))                       \
  X(TF_SetAttrShapeList, void, (TF_OperationDescription*, const char*, const int64_t* const*, const int*, int))       \
  X(TF_SetAttrTensor, void, (TF_OperationDescription*, const char*, TF_Tensor*, TF_Status*))                          \
  X(TF_FinishOperation, TF_Operation*, (TF_OperationDescription*, TF_Status*))                                        \
  X(TF_OperationNumOutputs, int, (TF_Operation*))                                                                     \
  X(TF_OperationOutputType, TF_DataType, (TF_Output))                                                                 \
  X(TF_GraphToFunctionWithControlOutputs, TF_Function*,                                                               \
    (const TF_Graph*, const char* name, unsigned char append_hash, int num_opers, const TF_Operation* const* opers,   \
     int num_inputs, const TF_Output* inputs, int num_outputs, const TF_Output* outputs,                              \
     const char* const* output_names, int num_controls, const TF_Operation* const* controls,                          \
     const char* const* control_names, const TF_FunctionOptions*, const char* description, TF_Status*))               \
  X(TF_DeleteFunction, void, (TF_Function*))

struct Api {
#define ENGINE_DECLARE(name, result, parameters) result(*name) parameters = nullptr;
  ENGINE_TF_SYMBOLS(ENGINE_DECLARE)
#undef ENGINE_DECLARE
};

}  // namespace engine
