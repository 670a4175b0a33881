// The way into the host for one call of a plugin. Any thread.
#ifndef BATON_CORE_ENTERED_H_
#define BATON_CORE_ENTERED_H_

#include <memory>

#include "boundary.h"
#include "instance.h"
#include "kernel.h"

namespace baton {

// Finds the host's inside for one call and keeps it alive meanwhile.
template <typename Function>
baton_status Entered(const baton_host* host, Function&& function) noexcept {
  return Bounded([&]() -> baton_status {
    Instance* instance = Instance::From(host);
    if (instance == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    const std::shared_ptr<Kernel> kernel = instance->Enter();
    if (kernel == nullptr) return BATON_ERROR_CLOSING;
    return function(kernel.get(), instance);
  });
}

}  // namespace baton

#endif  // BATON_CORE_ENTERED_H_
