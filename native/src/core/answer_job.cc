#include "answer_job.h"

#include <string>
#include <utility>

#include "answering.h"
#include "entered.h"
#include "job_wish.h"
#include "response.h"
#include "sink_response.h"
#include "struct_size.h"
#include "submit.h"

namespace baton {
namespace {

constexpr uint32_t kAnswerFlags = BATON_ANSWER_ASYNCHRONOUS | BATON_ANSWER_NEVER_WAITS;

Answering* AnsweringOf(const baton_response* response) {
  Answering* const answering = Response::From(response);
  return answering != nullptr ? answering : SinkResponse::From(response);
}

// Whether the answer waits for the end of the job.
baton_status ReadMode(const JobWish& wish, uint32_t flags, bool* wait, std::string* why) {
  *wait = wish.synchronous.value_or((flags & kAnswerFlags) == 0);
  if (!*wait || (flags & BATON_ANSWER_NEVER_WAITS) == 0) return BATON_OK;
  *why = "this job cannot be waited for; leave Synchronous out, and ask for the job by its id";
  return BATON_ERROR_INVALID_ARGUMENT;
}

// What the request wishes wins over `*options`, which points into the wish afterwards.
void Merge(const JobWish& wish, bool wait, baton_submit_options* options) {
  options->struct_size = sizeof *options;
  if (wish.priority.has_value()) options->priority = *wish.priority;
  if (wish.user_data.has_value()) options->user_data = wish.user_data->c_str();
  if (wait) options->flags |= BATON_SUBMIT_AWAITED;
}

// What the plugin gives, but for the response.
struct Given {
  baton_job job;
  const baton_request* request;
  const baton_submit_options* options;
  uint32_t flags;
};

baton_status Submit(Kernel* kernel, Instance* instance, const Given& given, JobAnswer* answer,
                    std::string* why) {
  baton_request request;
  baton_status status = CopyIn(given.request, &request);
  if (status != BATON_OK) return status;
  baton_submit_options options = {};
  if (given.options != nullptr) status = CopyIn(given.options, &options);
  if (status != BATON_OK) return status;
  JobWish wish;
  status = ReadJobWish(request, &wish, why);
  if (status == BATON_OK) status = ReadMode(wish, given.flags, &answer->wait, why);
  if (status != BATON_OK) return status;
  Merge(wish, answer->wait, &options);
  answer->timeout_ms = wish.timeout_ms;
  // Once the job is the host's, nothing may fail any more.
  answer->id.resize(BATON_ID_SIZE);
  status = SubmitJob(kernel, instance, given.job, &options, answer->id.data());
  answer->id.pop_back();  // the NUL
  return status;
}

}  // namespace

baton_status BATON_CALL AnswerJobCall(const baton_host* host, baton_response* response,
                                      baton_job job, const baton_request* request,
                                      const baton_submit_options* options,
                                      uint32_t flags) noexcept {
  return Entered(host, [&](Kernel* kernel, Instance* instance) -> baton_status {
    Answering* const answering = AnsweringOf(response);
    if (answering == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if ((flags & ~kAnswerFlags) != 0) return BATON_ERROR_UNSUPPORTED;
    baton_status status = answering->BeginJob();
    if (status != BATON_OK) return status;
    JobAnswer answer;
    std::string why;
    status = Bounded([&] {
      return Submit(kernel, instance, {job, request, options, flags}, &answer, &why);
    });
    if (status == BATON_OK) {
      answering->LeaveToJob(std::move(answer));
    } else {
      answering->TakeBack(status, std::move(why));
    }
    return status;
  });
}

}  // namespace baton
