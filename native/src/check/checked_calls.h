// The functions behind the baton_host that a checked plugin sees. Any thread.
#ifndef BATON_CHECK_CHECKED_CALLS_H_
#define BATON_CHECK_CHECKED_CALLS_H_

#include <cstdint>
#include <vector>

#include "baton.h"

namespace baton {
namespace check {

// A table with everything but `internal`, which is a CheckedHost.
const baton_host& CheckedCalls();

// struct_size of the oldest host there is.
uint32_t MinorZeroSize();

// Where the tables of older hosts end.
struct TableEnd {
  const char* call;  // the last one that it has
  uint32_t size;
};
std::vector<TableEnd> TableEnds();

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_CHECKED_CALLS_H_
