#include "submit_calls.h"

#include <algorithm>
#include <vector>

#include "entered.h"
#include "submit.h"

namespace baton {

baton_status BATON_CALL SubmitJobsCall(const baton_host* host, const baton_job* jobs, size_t count,
                                       const baton_submit_options* options,
                                       char (*ids_out)[BATON_ID_SIZE],
                                       baton_status* statuses_out) noexcept {
  // A count that is too large may be that of nothing at all.
  if (statuses_out != nullptr && count <= BATON_MAX_BATCH)
    std::fill_n(statuses_out, count, BATON_OK);
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    if (count == 0) return BATON_OK;
    if (jobs == nullptr || ids_out == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (count > BATON_MAX_BATCH) return BATON_ERROR_TOO_LARGE;
    std::vector<baton_status> statuses(count, BATON_OK);
    const baton_status status =
        SubmitJobs(kernel, instance, jobs, count, options, ids_out, statuses.data());
    if (statuses_out != nullptr) std::copy(statuses.begin(), statuses.end(), statuses_out);
    return status;
  });
}

baton_status BATON_CALL SubmitJobAsyncCall(const baton_host* host, baton_job job,
                                           const baton_submit_options* options,
                                           baton_submit_done done, void* data) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) {
    return SubmitJobAsync(kernel, instance, job, options, done, data);
  });
}

}  // namespace baton
