// The way from C++ exceptions of our own to a baton_status: no exception crosses the C interface.
// Any thread.
#ifndef BATON_CORE_BOUNDARY_H_
#define BATON_CORE_BOUNDARY_H_

#include <new>

#include "baton.h"

namespace baton {

template <typename Function>
baton_status Bounded(Function&& function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return BATON_ERROR_NO_MEMORY;
  } catch (...) {
    return BATON_ERROR_INTERNAL;
  }
}

}  // namespace baton

#endif  // BATON_CORE_BOUNDARY_H_
