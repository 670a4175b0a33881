// answer_job: a request is answered with a job that is submitted for it. Any thread.
#ifndef BATON_CORE_ANSWER_JOB_H_
#define BATON_CORE_ANSWER_JOB_H_

#include "baton.h"

namespace baton {

// No thread waits for the job: the response says which job it is left to, and the engine answers when
// that has ended.
baton_status BATON_CALL AnswerJobCall(const baton_host* host, baton_response* response,
                                      baton_job job, const baton_request* request,
                                      const baton_submit_options* options, uint32_t flags) noexcept;

}  // namespace baton

#endif  // BATON_CORE_ANSWER_JOB_H_
