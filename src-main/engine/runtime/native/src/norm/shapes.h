// Shape inference of our ops.
#pragma once

#include "kernel_api.h"

namespace engine::norm {

// Shapes of the outputs, from those of the inputs. No attribute can be asked for here: the number of chunks follows from that of the inputs.
class Shapes {
 public:
  Shapes(TF_ShapeInferenceContext* context, TF_Status* status) : context_(context), status_(status), a_(api.TF_NewShapeHandle()), b_(api.TF_NewShapeHandle()) {}
  ~Shapes() {
    api.TF_DeleteShapeHandle(a_);
    api.TF_DeleteShapeHandle(b_);
  }
  int inputs() const { return static_cast<int>(api.TF_ShapeInferenceContextNumInputs(context_)); }
  void Same(int input, int output) {
    api.TF_ShapeInferenceContextGetInput(context_, input, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSetOutput(context_, output, a_, status_);
  }
  // The last dimension of an input.
  void Channels(int input, int output) {
    api.TF_ShapeInferenceContextGetInput(context_, input, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSubshape(context_, a_, -1, INT64_MAX, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSetOutput(context_, output, a_, status_);
  }
  // The dimensions of `input` but its last, then those of `last`.
  void Whole(int input, int last, int output) {
    api.TF_ShapeInferenceContextGetInput(context_, input, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSubshape(context_, a_, 0, -1, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextGetInput(context_, last, b_, status_);
    if (Good()) api.TF_ShapeInferenceContextConcatenateShapes(context_, a_, b_, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSetOutput(context_, output, a_, status_);
  }

  // [n, h, w, c] with its sides halved, or doubled with `back`; unknown where a side is.
  void Scaled(bool back) {
    api.TF_ShapeInferenceContextGetInput(context_, 0, a_, status_);
    int64_t sides[2] = {-1, -1};
    for (int i = 0; i < 2 && Good(); ++i) {
      auto* dimension = api.TF_NewDimensionHandle();
      api.TF_ShapeInferenceContextDim(context_, a_, 1 + i, dimension);
      if (api.TF_DimensionHandleValueKnown(dimension)) sides[i] = api.TF_DimensionHandleValue(dimension);
      api.TF_DeleteDimensionHandle(dimension);
    }
    if (!Good()) return;
    if (sides[0] < 0 || sides[1] < 0) return api.TF_ShapeInferenceContextSetUnknownShape(context_, status_);
    api.TF_ShapeInferenceContextSubshape(context_, a_, 3, 4, b_, status_);
    if (Good()) api.TF_ShapeInferenceContextSubshape(context_, a_, 0, 1, a_, status_);
    for (const int64_t side : sides) {
      auto* vector = api.TF_ShapeInferenceContextVectorFromSize(context_, back ? 2 * side : side / 2);
      if (Good()) api.TF_ShapeInferenceContextConcatenateShapes(context_, a_, vector, a_, status_);
      api.TF_DeleteShapeHandle(vector);
    }
    if (Good()) api.TF_ShapeInferenceContextConcatenateShapes(context_, a_, b_, a_, status_);
    if (Good()) api.TF_ShapeInferenceContextSetOutput(context_, 0, a_, status_);
  }

 private:
  bool Good() const { return api.TF_GetCode(status_) == 0; }

  TF_ShapeInferenceContext* context_;
  TF_Status* status_;
  TF_ShapeHandle* a_;
  TF_ShapeHandle* b_;
};

inline void MomentsShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  for (int output = 0; output < 3; ++output) shapes.Channels(0, output);
}

inline void NormShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  shapes.Whole(0, shapes.inputs() - 1, 0);
}

template <bool back>
inline void BlurShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes(context, status).Scaled(back);
}

template <int lists>
inline void NormGradShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shapes shapes(context, status);
  const int n = (shapes.inputs() - 3) / lists;
  for (int i = 0; i < n; ++i) shapes.Same(1 + i, i);
  for (int i = 0; i < 2; ++i) shapes.Same(1 + 3 * n + i, n + i);
}

}  // namespace engine::norm
