// The C functions behind baton_host. Any thread.
#ifndef BATON_CORE_HOST_CALLS_H_
#define BATON_CORE_HOST_CALLS_H_

#include "baton.h"

namespace baton {

// A table with everything but `internal`, which is an Instance.
const baton_host& HostCalls();

}  // namespace baton

#endif  // BATON_CORE_HOST_CALLS_H_
