#include "round_trip.h"

#include <cmath>

#include "checker.h"
#include "findings.h"
#include "spied_job.h"
#include "spied_type.h"

namespace baton {
namespace check {
namespace {

void Compare(const SpiedJob& job, const Portrait& before, const Portrait& after) {
  const std::string start = "a revived job of the type \"" + job.type() + "\" ";
  if (after.state_status != BATON_OK) {
    Report("REVIVE_DIFFERS", start + "cannot be saved any more");
  } else if (after.state != before.state) {
    Report("REVIVE_DIFFERS", start + "saves another state: " + Excerpt(after.state) +
                                 " instead of " + Excerpt(before.state));
  }
  if (after.content_status != before.content_status || after.content != before.content) {
    Report("REVIVE_DIFFERS", start + "has another content: " + Excerpt(after.content) +
                                 " instead of " + Excerpt(before.content));
  }
  constexpr double kRounding = 1e-9;
  if (!(std::fabs(after.progress - before.progress) <= kRounding)) {
    Report("REVIVE_DIFFERS", start + "is at " + std::to_string(after.progress) + " instead of " +
                                 std::to_string(before.progress));
  }
}

}  // namespace

void TryRoundTrip(SpiedJob* job) {
  Checker& checker = Checker::Process();
  const SpiedType* const type = checker.FindType(job->host(), job->type());
  if (type == nullptr) return;
  const Portrait before = job->Ask();
  if (before.state_status != BATON_OK) return;  // it was OK a moment ago: reported by the getter
  baton_job handle = {0};
  if (type->Revive(before.state.data(), before.state.size(), &handle) != BATON_OK) return;
  SpiedJob* const copy = checker.FindJob(handle);
  if (copy == nullptr) return;  // reported by Revive
  copy->BeCopy();
  Compare(*job, before, copy->Ask());
  const baton_host* const real = job->host()->real;
  copy->BeginFree();
  const baton_status freed = real->free_job(real, handle);
  copy->EndFree(freed);
  if (freed != BATON_OK && freed != BATON_ERROR_CLOSING) {
    Report("BAD_REVIVE", "the job that revive of \"" + type->name +
                             "\" answered could not be freed: " + StatusName(freed));
  }
}

}  // namespace check
}  // namespace baton
