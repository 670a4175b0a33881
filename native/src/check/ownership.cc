#include "ownership.h"

#include <initializer_list>
#include <string>

#include "checker.h"
#include "findings.h"

namespace baton {
namespace check {
namespace {

// Submits and frees `job` on `real`: each must answer one of `right`.
void Try(const baton_host* real, baton_job job, const char* what,
         std::initializer_list<baton_status> right) {
  const auto check = [&](const char* call, baton_status status) {
    // A host that closes says so first.
    if (status == BATON_ERROR_CLOSING) return;
    for (const baton_status each : right) {
      if (status == each) return;
    }
    Report("HOST_DEFECT", std::string(call) + " of " + what + " was answered " +
                              StatusName(status) + " instead of " + StatusName(*right.begin()));
  };
  char id[BATON_ID_SIZE];
  check("submit_job", real->submit_job(real, job, nullptr, id));
  check("free_job", real->free_job(real, job));
}

}  // namespace

void TryAfterCreate(const CheckedHost* host, baton_job job) {
  const baton_host* const neighbour = Checker::Process().NeighbourOf(host);
  if (neighbour != nullptr) {
    Try(neighbour, job, "a job of another instance", {BATON_ERROR_NOT_YOURS});
  }
  constexpr uint64_t kAnyBits = 0x5a5a5a5a5a5a5a5a;
  Try(host->real, baton_job{job.bits ^ kAnyBits}, "a forged handle", {BATON_ERROR_STALE_HANDLE});
  Try(host->real, baton_job{0}, "the handle 0", {BATON_ERROR_INVALID_ARGUMENT});
}

void TryAfterSubmit(const CheckedHost* host, baton_job job) {
  // It may have ended meanwhile.
  Try(host->real, job, "a submitted job",
      {BATON_ERROR_ALREADY_SUBMITTED, BATON_ERROR_STALE_HANDLE});
  const baton_host* const neighbour = Checker::Process().NeighbourOf(host);
  if (neighbour == nullptr) return;
  Try(neighbour, job, "a submitted job of another instance",
      {BATON_ERROR_NOT_YOURS, BATON_ERROR_STALE_HANDLE});
}

void TryAfterFree(const CheckedHost* host, baton_job job) {
  Try(host->real, job, "a freed job", {BATON_ERROR_STALE_HANDLE});
}

}  // namespace check
}  // namespace baton
