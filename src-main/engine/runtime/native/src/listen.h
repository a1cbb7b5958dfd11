// The address at which TensorFlow's server listens. The server takes every address of the machine, whatever its
// ServerDef says, and there is no option for it; it has no authentication either.
#pragma once

#include <string>

namespace engine {

// From now on a bind() of the open libtensorflow to "any address" is one to `address` (IPv4 or IPv6), or, when it is
// empty, what it was. False where that is not possible: on another system than Linux, or with a library that does not
// call bind() through a relocation of its own.
bool ListenAt(const std::string& address);

}  // namespace engine
