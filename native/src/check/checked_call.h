// One call of the plugin, from its entry to its answer. Any thread.
#ifndef BATON_CHECK_CHECKED_CALL_H_
#define BATON_CHECK_CHECKED_CALL_H_

#include <cstddef>

#include "baton.h"
#include "checker.h"

namespace baton {
namespace check {

struct CallName {
  const char* name;  // as in baton_host
  size_t end;        // struct_size that a host has which has this call
};

// The host that the call goes to; null: it must not be made, which is reported, and `*answer` is
// what the plugin is told.
CheckedHost* Admit(const baton_host* host, const CallName& call, baton_status* answer);

// Reports an answer that only a wrong call gets.
void Judge(const CallName& call, baton_status status);

// Makes the call: `function` takes the CheckedHost.
template <typename Function>
baton_status Checked(const baton_host* host, const CallName& call, Function&& function) noexcept {
  baton_status status = BATON_ERROR_INTERNAL;
  CheckedHost* const checked = Admit(host, call, &status);
  if (checked == nullptr) return status;
  status = Checker::Process().faults().Take(call.name);
  if (status != BATON_OK) return status;
  status = function(checked);
  Judge(call, status);
  return status;
}

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_CHECKED_CALL_H_
