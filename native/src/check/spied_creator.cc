#include "spied_creator.h"

#include "checker.h"
#include "creations.h"
#include "spied_job.h"

namespace baton {
namespace check {

baton_status BATON_CALL SpiedCreator::Called(void* data, const char* type, const char* content,
                                             size_t size, const baton_sink* why,
                                             baton_job* job_out) {
  const auto* const creator = static_cast<const SpiedCreator*>(data);
  const std::string callback = "create of \"" + creator->type + "\"";
  Creations created;
  baton_job job = {0};
  const baton_status status = Call(
      callback, [&] { return creator->create(creator->data, type, content, size, why, &job); });
  if (status != BATON_OK) {
    created.ReportLeaks(callback, status);
    return status;
  }
  created.CheckHandle(callback, job, creator->type);
  // The host submits it, or frees it: either way it is the plugin's no more.
  SpiedJob* const spied = Checker::Process().FindJob(job);
  if (spied != nullptr) spied->Revived();
  *job_out = job;
  return BATON_OK;
}

}  // namespace check
}  // namespace baton
