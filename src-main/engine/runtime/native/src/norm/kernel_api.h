// TensorFlow's C API of kernels and op definitions (tensorflow/c/kernels.h, ops.h), of which every symbol may be missing.
#pragma once

#include "../c_api.h"

extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
struct TF_OpDefinitionBuilder;
struct TF_ShapeInferenceContext;
struct TF_ShapeHandle;
struct TF_DimensionHandle;
}

namespace engine::norm {

// X(name, result, parameters)
#define ENGINE_KERNEL_SYMBOLS(X)                                                                                               \
  X(TF_NewStatus, TF_Status*, ())                                                                                              \
  X(TF_DeleteStatus, void, (TF_Status*))                                                                                       \
  X(TF_GetCode, TF_Code, (const TF_Status*))                                                                                   \
  X(TF_SetStatus, void, (TF_Status*, TF_Code, const char*))                                                                    \
  X(TF_TensorData, void*, (const TF_Tensor*))                                                                                  \
  X(TF_NumDims, int, (const TF_Tensor*))                                                                                       \
  X(TF_Dim, int64_t, (const TF_Tensor*, int))                                                                                  \
  X(TF_DeleteTensor, void, (TF_Tensor*))                                                                                       \
  X(TF_NewKernelBuilder, TF_KernelBuilder*,                                                                                    \
    (const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*), void (*compute)(void*, TF_OpKernelContext*), \
     void (*destroy)(void*)))                                                                                                  \
  X(TF_KernelBuilder_TypeConstraint, void, (TF_KernelBuilder*, const char*, TF_DataType, TF_Status*))                          \
  X(TF_RegisterKernelBuilder, void, (const char*, TF_KernelBuilder*, TF_Status*))                                              \
  X(TF_OpKernelConstruction_GetAttrFloat, void, (TF_OpKernelConstruction*, const char*, float*, TF_Status*))                   \
  X(TF_OpKernelConstruction_GetAttrBool, void, (TF_OpKernelConstruction*, const char*, unsigned char*, TF_Status*))            \
  X(TF_OpKernelConstruction_GetAttrInt32, void, (TF_OpKernelConstruction*, const char*, int32_t*, TF_Status*))                 \
  X(TF_OpKernelConstruction_GetAttrType, void, (TF_OpKernelConstruction*, const char*, TF_DataType*, TF_Status*))              \
  X(TF_OpKernelConstruction_Failure, void, (TF_OpKernelConstruction*, TF_Status*))                                             \
  X(TF_OpKernelContext_Failure, void, (TF_OpKernelContext*, TF_Status*))                                                       \
  X(TF_GetInput, void, (TF_OpKernelContext*, int, TF_Tensor**, TF_Status*))                                                    \
  X(TF_AllocateOutput, TF_Tensor*, (TF_OpKernelContext*, int, TF_DataType, const int64_t*, int, size_t, TF_Status*))           \
  X(TF_ForwardInputOrAllocateOutput, TF_Tensor*,                                                                               \
    (TF_OpKernelContext*, const int* candidates, int count, int output, const int64_t* dims, int num_dims, int* forwarded, TF_Status*)) \
  X(TF_NewOpDefinitionBuilder, TF_OpDefinitionBuilder*, (const char*))                                                         \
  X(TF_RegisterOpDefinition, void, (TF_OpDefinitionBuilder*, TF_Status*))                                                      \
  X(TF_OpDefinitionBuilderAddAttr, void, (TF_OpDefinitionBuilder*, const char*))                                               \
  X(TF_OpDefinitionBuilderAddInput, void, (TF_OpDefinitionBuilder*, const char*))                                              \
  X(TF_OpDefinitionBuilderAddOutput, void, (TF_OpDefinitionBuilder*, const char*))                                             \
  X(TF_OpDefinitionBuilderSetShapeInferenceFunction, void,                                                                     \
    (TF_OpDefinitionBuilder*, void (*infer)(TF_ShapeInferenceContext*, TF_Status*)))                                           \
  X(TF_NewShapeHandle, TF_ShapeHandle*, ())                                                                                    \
  X(TF_DeleteShapeHandle, void, (TF_ShapeHandle*))                                                                             \
  X(TF_ShapeInferenceContextNumInputs, int64_t, (TF_ShapeInferenceContext*))                                                   \
  X(TF_ShapeInferenceContextGetInput, void, (TF_ShapeInferenceContext*, int, TF_ShapeHandle*, TF_Status*))                     \
  X(TF_ShapeInferenceContextSetOutput, void, (TF_ShapeInferenceContext*, int, TF_ShapeHandle*, TF_Status*))                    \
  X(TF_NewDimensionHandle, TF_DimensionHandle*, ())                                                                            \
  X(TF_DeleteDimensionHandle, void, (TF_DimensionHandle*))                                                                     \
  X(TF_ShapeInferenceContextDim, void, (TF_ShapeInferenceContext*, TF_ShapeHandle*, int64_t, TF_DimensionHandle*))             \
  X(TF_DimensionHandleValueKnown, int, (TF_DimensionHandle*))                                                                  \
  X(TF_DimensionHandleValue, int64_t, (TF_DimensionHandle*))                                                                   \
  X(TF_ShapeInferenceContextVectorFromSize, TF_ShapeHandle*, (TF_ShapeInferenceContext*, size_t))                              \
  X(TF_ShapeInferenceContextSetUnknownShape, void, (TF_ShapeInferenceContext*, TF_Status*))                                    \
  X(TF_ShapeInferenceContextSubshape, void, (TF_ShapeInferenceContext*, TF_ShapeHandle*, int64_t, int64_t, TF_ShapeHandle*, TF_Status*)) \
  X(TF_ShapeInferenceContextConcatenateShapes, void, (TF_ShapeInferenceContext*, TF_ShapeHandle*, TF_ShapeHandle*, TF_ShapeHandle*, TF_Status*))

struct KernelApi {
#define ENGINE_DECLARE(name, result, parameters) result(*name) parameters = nullptr;
  ENGINE_KERNEL_SYMBOLS(ENGINE_DECLARE)
#undef ENGINE_DECLARE
};

// Of the loaded library; resolved once, before the ops are registered.
inline KernelApi api;

}  // namespace engine::norm
