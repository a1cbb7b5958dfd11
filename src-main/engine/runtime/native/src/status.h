// TF_Status as a value: code (gRPC's numbers) and message.
#pragma once

#include <napi.h>

#include "library.h"

namespace engine {

class Status {
 public:
  Status() : status_(tf().TF_NewStatus()) {}
  operator TF_Status*() const { return status_.get(); }
  bool ok() const { return code() == 0; }
  TF_Code code() const { return tf().TF_GetCode(status_.get()); }
  std::string message() const { return tf().TF_Message(status_.get()); }

  // Throws a JavaScript error with the numeric property `status`.
  void Check(Napi::Env env) const {
    if (!ok()) throw ToError(env, code(), message());
  }

  static Napi::Error ToError(Napi::Env env, TF_Code code, const std::string& message) {
    Napi::Error error = Napi::Error::New(env, message);
    error.Set("status", Napi::Number::New(env, code));
    return error;
  }

 private:
  Owned<TF_Status, &Api::TF_DeleteStatus> status_;
};

}  // namespace engine
