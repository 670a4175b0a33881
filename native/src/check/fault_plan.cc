#include "fault_plan.h"

#include <utility>

namespace baton {
namespace check {

void FaultPlan::Set(std::vector<Fault> faults) {
  MutexLock lock(&mutex_);
  faults_ = std::move(faults);
}

baton_status FaultPlan::Take(const char* call) {
  MutexLock lock(&mutex_);
  for (Fault& fault : faults_) {
    // A free that fails would leave the plugin no way to be right.
    const bool any = fault.call == "*" && std::string("free_job") != call;
    if (!any && fault.call != call) continue;
    if (fault.skip > 0) {
      fault.skip--;
      continue;
    }
    if (fault.times == 0) continue;
    if (fault.times > 0) fault.times--;
    return fault.status;
  }
  return BATON_OK;
}

}  // namespace check
}  // namespace baton
