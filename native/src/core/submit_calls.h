// submit_jobs and submit_job_async as baton.h has them. Any thread.
#ifndef BATON_CORE_SUBMIT_CALLS_H_
#define BATON_CORE_SUBMIT_CALLS_H_

#include "baton.h"

namespace baton {

baton_status BATON_CALL SubmitJobsCall(const baton_host*, const baton_job*, size_t,
                                       const baton_submit_options*, char (*)[BATON_ID_SIZE],
                                       baton_status*) noexcept;
baton_status BATON_CALL SubmitJobAsyncCall(const baton_host*, baton_job,
                                           const baton_submit_options*, baton_submit_done,
                                           void*) noexcept;

}  // namespace baton

#endif  // BATON_CORE_SUBMIT_CALLS_H_
