// Which calls of a plugin the checking layer answers with an error of its own, without asking the
// host: nothing has happened then, as baton.h says of every error. Any thread.
#ifndef BATON_CHECK_FAULT_PLAN_H_
#define BATON_CHECK_FAULT_PLAN_H_

#include <string>
#include <vector>

#include "baton.h"
#include "mutex.h"

namespace baton {
namespace check {

struct Fault {
  std::string call;  // as in baton_host; "*": any but free_job
  baton_status status = BATON_ERROR_INTERNAL;
  int64_t skip = 0;    // calls that are let through first
  int64_t times = -1;  // calls that fail then; below 0: all
};

class FaultPlan {
 public:
  // Replaces the plan.
  void Set(std::vector<Fault> faults);

  // BATON_OK: this call goes to the host.
  baton_status Take(const char* call);

 private:
  Mutex mutex_;
  std::vector<Fault> faults_ GUARDED_BY(mutex_);
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_FAULT_PLAN_H_
