// English texts of baton_status numbers. Any thread.
#ifndef BATON_CORE_STATUS_H_
#define BATON_CORE_STATUS_H_

#include "baton.h"

namespace baton {

// Never null; lives as long as the process.
const char* StatusText(baton_status status);

}  // namespace baton

#endif  // BATON_CORE_STATUS_H_
