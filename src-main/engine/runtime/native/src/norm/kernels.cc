#include "kernels.h"

#include <memory>
#include <stdexcept>
#include <string>

#include "blur.h"
#include "kernel_api.h"
#include "normalise.h"
#include "pages.h"
#include "shapes.h"
#include "workers.h"

namespace engine::norm {
namespace {

constexpr TF_Code kInvalidArgument = 3;

struct StatusDeleter {
  void operator()(TF_Status* status) const { api.TF_DeleteStatus(status); }
};
struct TensorDeleter {
  void operator()(TF_Tensor* tensor) const { api.TF_DeleteTensor(tensor); }
};
using StatusPtr = std::unique_ptr<TF_Status, StatusDeleter>;
using TensorPtr = std::unique_ptr<TF_Tensor, TensorDeleter>;

// A failure that has been written into the status.
struct Failed {};

struct Attributes {
  float epsilon = 0;
  unsigned char relu = 0;
  int32_t chunks = 1;
  TF_DataType type = kFloat;
};

// One call of a kernel: its inputs, its outputs, its failure.
class Call {
 public:
  Call(const Attributes& attributes, TF_OpKernelContext* context)
      : attributes_(attributes), context_(context), status_(api.TF_NewStatus()), arithmetic_(*ArithmeticFor(attributes.type == kBfloat16)) {}

  const Arithmetic& arithmetic() const { return arithmetic_; }
  const Attributes& attributes() const { return attributes_; }
  TF_Status* status() const { return status_.get(); }

  TensorPtr Input(int index) const {
    TF_Tensor* tensor = nullptr;
    api.TF_GetInput(context_, index, &tensor, status());
    Check();
    return TensorPtr(tensor);
  }

  static std::vector<int64_t> Dimensions(const TensorPtr& tensor) {
    std::vector<int64_t> dimensions(api.TF_NumDims(tensor.get()));
    for (size_t i = 0; i < dimensions.size(); ++i) dimensions[i] = api.TF_Dim(tensor.get(), static_cast<int>(i));
    return dimensions;
  }

  TensorPtr Output(int index, TF_DataType type, const std::vector<int64_t>& dimensions) const {
    size_t bytes = type == kFloat ? 4 : 2;
    for (const int64_t dimension : dimensions) bytes *= dimension;
    TensorPtr tensor(api.TF_AllocateOutput(context_, index, type, dimensions.data(), static_cast<int>(dimensions.size()), bytes, status()));
    Check();
    WantHugePages(api.TF_TensorData(tensor.get()), bytes);
    return tensor;
  }

  // The memory of an input that nobody else holds, or new memory. `input` must not be open yet.
  TensorPtr Reused(int input, int output, const std::vector<int64_t>& dimensions, bool& reused) const {
    int forwarded = -1;
    TensorPtr tensor(api.TF_ForwardInputOrAllocateOutput(context_, &input, 1, output, dimensions.data(), static_cast<int>(dimensions.size()), &forwarded, status()));
    Check();
    reused = forwarded >= 0;
    return tensor;
  }

  [[noreturn]] void Fail(const std::string& message) const {
    api.TF_SetStatus(status(), kInvalidArgument, message.c_str());
    throw Failed();
  }

  void Report() const { api.TF_OpKernelContext_Failure(context_, status()); }

 private:
  void Check() const {
    if (api.TF_GetCode(status()) != 0) throw Failed();
  }

  const Attributes& attributes_;
  TF_OpKernelContext* context_;
  StatusPtr status_;
  const Arithmetic& arithmetic_;
};

float* Floats(const TensorPtr& tensor) { return static_cast<float*>(api.TF_TensorData(tensor.get())); }

size_t RowsOf(const std::vector<int64_t>& dimensions) {
  size_t rows = 1;
  for (size_t i = 0; i + 1 < dimensions.size(); ++i) rows *= dimensions[i];
  return rows;
}

// The inputs that describe a normalisation, held open for as long as it is used.
struct OpenNorm {
  Norm norm;
  std::vector<TensorPtr> held;
  std::vector<std::vector<int64_t>> shapes;  // of the chunks

  // Inputs x, mean and variance (chunk by chunk each), scale, offset start at `first`.
  OpenNorm(const Call& call, int first) {
    const int n = call.attributes().chunks;
    norm.epsilon = call.attributes().epsilon;
    norm.relu = call.attributes().relu != 0;
    norm.channels = 0;
    for (int i = 0; i < n; ++i) {
      const auto& x = Hold(call.Input(first + i));
      shapes.push_back(Call::Dimensions(x));
      if (shapes[i].empty()) call.Fail("x has no channels");
      const size_t width = shapes[i].back();
      if (width % kLane != 0) call.Fail("x has " + std::to_string(width) + " channels, which is no multiple of " + std::to_string(kLane));
      if (i == 0) norm.rows = RowsOf(shapes[i]);
      else if (RowsOf(shapes[i]) != norm.rows) call.Fail("the chunks of x differ in more than their channels");
      norm.chunks.push_back({api.TF_TensorData(x.get()), width, norm.channels});
      norm.channels += width;
    }
    for (int i = 0; i < n; ++i) norm.mean.push_back(Vector(call, first + n + i, norm.chunks[i].width, "mean"));
    for (int i = 0; i < n; ++i) norm.variance.push_back(Vector(call, first + 2 * n + i, norm.chunks[i].width, "variance"));
    norm.scale = Vector(call, first + 3 * n, norm.channels, "scale");
    norm.offset = Vector(call, first + 3 * n + 1, norm.channels, "offset");
  }

  // Shape of y.
  std::vector<int64_t> Whole() const {
    auto shape = shapes[0];
    shape.back() = static_cast<int64_t>(norm.channels);
    return shape;
  }

 private:
  const TensorPtr& Hold(TensorPtr tensor) {
    held.push_back(std::move(tensor));
    return held.back();
  }

  const float* Vector(const Call& call, int index, size_t length, const char* name) {
    const auto& tensor = Hold(call.Input(index));
    if (Call::Dimensions(tensor) != std::vector<int64_t>{static_cast<int64_t>(length)}) call.Fail(std::string(name) + " has not one value a channel");
    return Floats(tensor);
  }
};

void MomentsKernel(const Call& call) {
  const auto x = call.Input(0);
  const auto shape = Call::Dimensions(x);
  if (shape.empty() || shape.back() % kLane != 0) call.Fail("x has a number of channels that is no multiple of " + std::to_string(kLane));
  if (RowsOf(shape) == 0) call.Fail("x is empty");
  const std::vector<int64_t> channels{shape.back()};
  const TensorPtr outputs[] = {call.Output(0, kFloat, channels), call.Output(1, kFloat, channels), call.Output(2, kFloat, channels)};
  Moments(call.arithmetic(), api.TF_TensorData(x.get()), RowsOf(shape), channels[0], Floats(outputs[0]), Floats(outputs[1]), Floats(outputs[2]));
}

void NormKernel(const Call& call) {
  const OpenNorm open(call, 0);
  const auto y = call.Output(0, call.attributes().type, open.Whole());
  Forward(call.arithmetic(), open.norm, api.TF_TensorData(y.get()));
}

// Memory of dx[i]. With a sum it takes the place of that, where nobody else holds it; alone (n = 1) it has the shape of dy and takes its place.
struct Gradients {
  std::vector<TensorPtr> held;
  std::vector<const void*> sum;
  std::vector<void*> dx;
  const void* dy = nullptr;

  Gradients(const Call& call, const OpenNorm& open, bool add) : sum(call.attributes().chunks, nullptr) {
    const int n = call.attributes().chunks;
    for (int i = 0; i < n; ++i) {
      const int input = add ? 1 + 3 * n + 2 + i : 0;
      bool reused = false;
      dx.push_back(Keep(add || n == 1 ? call.Reused(input, i, open.shapes[i], reused) : call.Output(i, call.attributes().type, open.shapes[i])));
      if (add) sum[i] = reused ? dx[i] : Keep(Checked(call, input, open.shapes[i], "a sum has not the shape of its chunk"));
      else if (reused) dy = dx[i];
    }
    if (dy == nullptr) dy = Keep(Checked(call, 0, open.Whole(), "dy has not the shape of y"));
  }

 private:
  void* Keep(TensorPtr tensor) {
    held.push_back(std::move(tensor));
    return api.TF_TensorData(held.back().get());
  }

  static TensorPtr Checked(const Call& call, int index, const std::vector<int64_t>& shape, const char* otherwise) {
    auto tensor = call.Input(index);
    if (Call::Dimensions(tensor) != shape) call.Fail(otherwise);
    return tensor;
  }
};

template <bool add>
void NormGradKernel(const Call& call) {
  const OpenNorm open(call, 1);
  const Gradients gradients(call, open, add);
  const int n = call.attributes().chunks;
  const std::vector<int64_t> channels{static_cast<int64_t>(open.norm.channels)};
  const auto dscale = call.Output(n, kFloat, channels);
  const auto doffset = call.Output(n + 1, kFloat, channels);
  Backward(call.arithmetic(), open.norm, gradients.dy, gradients.sum, gradients.dx, Floats(dscale), Floats(doffset));
}

// To half the side, or with `back` to twice the side.
template <bool back>
void BlurKernel(const Call& call) {
  const auto given = call.Input(0);
  auto shape = Call::Dimensions(given);
  if (shape.size() != 4) call.Fail("an image batch has four dimensions");
  if (shape[3] % kLane != 0) call.Fail("x has " + std::to_string(shape[3]) + " channels, which is no multiple of " + std::to_string(kLane));
  if (!back && (shape[1] % 2 != 0 || shape[2] % 2 != 0)) call.Fail("the sides of x are not even");
  for (const int side : {1, 2}) shape[side] = back ? 2 * shape[side] : shape[side] / 2;
  const auto result = call.Output(0, call.attributes().type, shape);
  const void* from = api.TF_TensorData(given.get());
  void* to = api.TF_TensorData(result.get());
  if (back) BlurGradient(call.arithmetic(), from, shape[0], shape[1], shape[2], shape[3], to);
  else Blur(call.arithmetic(), from, shape[0], 2 * shape[1], 2 * shape[2], shape[3], to);
}

void* Create(TF_OpKernelConstruction* construction) {
  StatusPtr status(api.TF_NewStatus());
  auto attributes = std::make_unique<Attributes>();
  api.TF_OpKernelConstruction_GetAttrType(construction, "T", &attributes->type, status.get());
  // The ops of one tensor have none of the others.
  StatusPtr ignored(api.TF_NewStatus());
  api.TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, ignored.get());
  api.TF_OpKernelConstruction_GetAttrBool(construction, "relu", &attributes->relu, ignored.get());
  api.TF_OpKernelConstruction_GetAttrInt32(construction, "N", &attributes->chunks, ignored.get());
  if (api.TF_GetCode(status.get()) != 0) api.TF_OpKernelConstruction_Failure(construction, status.get());
  return attributes.release();
}

void Destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

template <void (*kernel)(const Call&)>
void Compute(void* attributes, TF_OpKernelContext* context) {
  const Call call(*static_cast<Attributes*>(attributes), context);
  try {
    kernel(call);
  } catch (const Failed&) {
    call.Report();
  }
}

struct Definition {
  const char* name;
  std::vector<const char*> attributes, inputs, outputs;
  void (*shapes)(TF_ShapeInferenceContext*, TF_Status*);
  void (*compute)(void*, TF_OpKernelContext*);
};

void Register(const Definition& definition) {
  StatusPtr status(api.TF_NewStatus());
  const auto check = [&] {
    if (api.TF_GetCode(status.get()) != 0) throw std::runtime_error(definition.name);
  };
  auto* op = api.TF_NewOpDefinitionBuilder(definition.name);
  for (const char* attribute : definition.attributes) api.TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (const char* input : definition.inputs) api.TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : definition.outputs) api.TF_OpDefinitionBuilderAddOutput(op, output);
  api.TF_OpDefinitionBuilderSetShapeInferenceFunction(op, definition.shapes);
  api.TF_RegisterOpDefinition(op, status.get());
  check();
  for (const TF_DataType type : {TF_DataType{kFloat}, TF_DataType{kBfloat16}}) {
    auto* kernel = api.TF_NewKernelBuilder(definition.name, "CPU", Create, definition.compute, Destroy);
    api.TF_KernelBuilder_TypeConstraint(kernel, "T", type, status.get());
    check();
    api.TF_RegisterKernelBuilder(definition.name, kernel, status.get());
    check();
  }
}

const char* const kType = "T: {float, bfloat16}";

void RegisterAll() {
  const std::vector<const char*> attributes{kType, "N: int >= 1", "epsilon: float", "relu: bool"};
  const std::vector<const char*> norm{"x: N * T", "mean: N * float", "variance: N * float", "scale: float", "offset: float"};
  auto gradient = norm;
  gradient.insert(gradient.begin(), "dy: T");
  auto adding = gradient;
  adding.push_back("sum: N * T");
  const std::vector<const char*> gradients{"dx: N * T", "dscale: float", "doffset: float"};
  Register({"XcMoments", {kType}, {"x: T"}, {"mean: float", "variance: float", "unbiased: float"}, MomentsShapes, Compute<MomentsKernel>});
  Register({"XcNorm", attributes, norm, {"y: T"}, NormShapes, Compute<NormKernel>});
  Register({"XcNormGrad", attributes, gradient, gradients, NormGradShapes<3>, Compute<NormGradKernel<false>>});
  Register({"XcBlur", {kType}, {"x: T"}, {"y: T"}, BlurShapes<false>, Compute<BlurKernel<false>>});
  Register({"XcBlurGrad", {kType}, {"dy: T"}, {"dx: T"}, BlurShapes<true>, Compute<BlurKernel<true>>});
  Register({"XcNormGradAdd", attributes, adding, gradients, NormGradShapes<4>, Compute<NormGradKernel<true>>});
}

bool Resolve(void* (*resolve)(const char*)) {
  bool all = true;
#define ENGINE_RESOLVE(name, result, parameters)             \
  api.name = reinterpret_cast<decltype(api.name)>(resolve(#name)); \
  all = all && api.name != nullptr;
  ENGINE_KERNEL_SYMBOLS(ENGINE_RESOLVE)
#undef ENGINE_RESOLVE
  return all;
}

}  // namespace

bool RegisterKernels(void* (*resolve)(const char* symbol), size_t threads) {
  static const bool registered = [&] {
    if (ArithmeticFor(false) == nullptr || !Resolve(resolve)) return false;
    try {
      RegisterAll();
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }();
  if (registered) Workers::Get().SetThreads(threads);
  return registered;
}

}  // namespace engine::norm
