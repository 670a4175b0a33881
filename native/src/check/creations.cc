#include "creations.h"

#include <algorithm>

#include "findings.h"
#include "spied_job.h"

namespace baton {
namespace check {
namespace {

// The innermost of this thread; null: there is none.
thread_local Creations* creations_here = nullptr;

}  // namespace

Creations::Creations() : outer_(creations_here) { creations_here = this; }

Creations::~Creations() { creations_here = outer_; }

void Creations::ReportLeaks(const std::string& callback, baton_status status) {
  for (SpiedJob* each : jobs_) {
    if (each->owner() != Owner::kPlugin) continue;
    each->Lose();
    Report("LEAKED_JOB", callback + " answered " + StatusName(status) +
                             " and did not free the job it had created");
  }
}

void Creations::CheckHandle(const std::string& callback, baton_job job, const std::string& type) {
  const auto is_it = [&](const SpiedJob* each) { return each->handle().bits == job.bits; };
  const auto at = std::find_if(jobs_.begin(), jobs_.end(), is_it);
  if (at == jobs_.end()) {
    Report("BAD_REVIVE", callback + " answered OK with a handle that it had not created");
  } else if ((*at)->owner() != Owner::kPlugin) {
    Report("BAD_REVIVE", callback + " answered OK with a job that it had freed or submitted");
  } else if ((*at)->type() != type) {
    Report("BAD_REVIVE", callback + " made a job of the type \"" + (*at)->type() + "\"");
  }
}

void NoteCreated(SpiedJob* job) {
  if (creations_here == nullptr) return;
  if (job == nullptr) {
    creations_here->refused_ = true;
  } else {
    creations_here->jobs_.push_back(job);
  }
}

}  // namespace check
}  // namespace baton
