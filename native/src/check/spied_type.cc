#include "spied_type.h"

#include <algorithm>

#include "checker.h"
#include "findings.h"
#include "spied_job.h"

namespace baton {
namespace check {
namespace {

class Creations;

// Those of the innermost revive of this thread; null: none runs.
thread_local Creations* creations_here = nullptr;

class Creations {
 public:
  Creations() : outer_(creations_here) { creations_here = this; }
  ~Creations() { creations_here = outer_; }
  Creations(const Creations&) = delete;
  Creations& operator=(const Creations&) = delete;

  std::vector<SpiedJob*> jobs;
  bool refused = false;  // the host answered an error to create_job

 private:
  Creations* const outer_;
};

}  // namespace

void NoteCreated(SpiedJob* job) {
  if (creations_here == nullptr) return;
  if (job == nullptr) {
    creations_here->refused = true;
  } else {
    creations_here->jobs.push_back(job);
  }
}

baton_status SpiedType::Revive(const void* state, size_t size, baton_job* job_out) const {
  const std::string callback = "revive of \"" + name + "\"";
  Creations created;
  baton_job job = {0};
  const baton_status status =
      Call(callback, [&] { return revive(data, name.c_str(), state, size, &job); });
  if (status != BATON_OK) {
    for (const SpiedJob* each : created.jobs) {
      if (each->owner() != Owner::kPlugin) continue;
      Report("LEAKED_JOB", callback + " answered " + StatusName(status) +
                               " and did not free the job it had created");
    }
    if (status != BATON_ERROR_NOT_MINE && !created.refused) {
      Report("REVIVE_FAILED", callback + " answered " + StatusName(status) +
                                  " to a state that its own job had written: " +
                                  Excerpt({static_cast<const char*>(state), size}));
    }
    return status;
  }
  const auto is_it = [&](const SpiedJob* each) { return each->handle().bits == job.bits; };
  const auto at = std::find_if(created.jobs.begin(), created.jobs.end(), is_it);
  if (at == created.jobs.end()) {
    Report("BAD_REVIVE", callback + " answered OK with a handle that it had not created");
  } else if ((*at)->owner() != Owner::kPlugin) {
    Report("BAD_REVIVE", callback + " answered OK with a job that it had freed or submitted");
  } else if ((*at)->type() != name) {
    Report("BAD_REVIVE", callback + " made a job of the type \"" + (*at)->type() + "\"");
  }
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
