#include "submit_calls.h"

namespace baton {

baton_status BATON_CALL SubmitJobsCall(const baton_host*, const baton_job*, size_t,
                                       const baton_submit_options*, char (*)[BATON_ID_SIZE],
                                       baton_status*) noexcept {
  return BATON_ERROR_INTERNAL;
}

baton_status BATON_CALL SubmitJobAsyncCall(const baton_host*, baton_job,
                                           const baton_submit_options*, baton_submit_done,
                                           void*) noexcept {
  return BATON_ERROR_INTERNAL;
}

}  // namespace baton
