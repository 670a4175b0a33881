#include "spied_type.h"

#include "checker.h"
#include "creations.h"
#include "findings.h"
#include "spied_job.h"

namespace baton {
namespace check {
baton_status SpiedType::Revive(const void* state, size_t size, baton_job* job_out) const {
  const std::string callback = "revive of \"" + name + "\"";
  Creations created;
  baton_job job = {0};
  const baton_status status =
      Call(callback, [&] { return revive(data, name.c_str(), state, size, &job); });
  if (status != BATON_OK) {
    created.ReportLeaks(callback, status);
    if (status != BATON_ERROR_NOT_MINE && !created.refused()) {
      Report("REVIVE_FAILED", callback + " answered " + StatusName(status) +
                                  " to a state that its own job had written: " +
                                  Excerpt({static_cast<const char*>(state), size}));
    }
    return status;
  }
  created.CheckHandle(callback, job, name);
  *job_out = job;
  return BATON_OK;
}

baton_status BATON_CALL SpiedType::Called(void* data, const char*, const void* state, size_t size,
                                          baton_job* job_out) {
  const auto* const type = static_cast<const SpiedType*>(data);
  const baton_status status = type->Revive(state, size, job_out);
  if (status == BATON_OK) {
    SpiedJob* job = Checker::Process().FindJob(*job_out);
    if (job != nullptr) job->Revived();
  }
  return status;
}

}  // namespace check
}  // namespace baton
