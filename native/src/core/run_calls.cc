#include "run_calls.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "boundary.h"
#include "json.h"
#include "kernel.h"
#include "run.h"
#include "submit_wishes.h"
#include "text.h"

namespace baton {
namespace {

Run* RunOf(const baton_run* run) {
  return run == nullptr ? nullptr : static_cast<Run*>(run->internal);
}

}  // namespace

baton_run RunCalls::TableFor(Run* run) {
  return {sizeof(baton_run), 0,           run,          ShouldStop,  SetProgress,
          SetContent,        Log,         Checkpoint,   RetryAfter,  Fail,
          PutOutput,         OpenOutput,  WriteOutput,  CloseOutput, AddChild,
          SetChildProgress,  FinishChild, ChildCanceled};
}

int32_t BATON_CALL RunCalls::ShouldStop(const baton_run* run) noexcept {
  if (run == nullptr) return 0;
  const Run* self = RunOf(run);
  if (self->watch_ != nullptr && self->watch_->IsOver()) return BATON_STOP_TIMED_OUT;
  return RunControl::Reason(self->control_->Read());
}

baton_status BATON_CALL RunCalls::SetProgress(const baton_run* run, double done,
                                              double total) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || !(total > 0) || !(done >= 0) || !(done <= total) || !std::isfinite(total))
    return BATON_ERROR_INVALID_ARGUMENT;
  if (self->IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  return Bounded([&] {
    self->pushed_progress_ = true;
    if (!self->HasParts()) self->sample_.progress = done / total;
    self->PostSample(Run::When::kInStep);
    return BATON_OK;
  });
}

baton_status BATON_CALL RunCalls::SetContent(const baton_run* run, const char* json,
                                             size_t size) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || json == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  if (size > BATON_MAX_CONTENT_SIZE) return BATON_ERROR_TOO_LARGE;
  if (!IsJsonObject({json, size})) return BATON_ERROR_INVALID_JSON;
  if (self->IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  return Bounded([&] {
    self->sample_.content.emplace(json, size);
    self->pushed_content_ = true;
    self->content_changed_ = true;
    self->PostSample(Run::When::kInStep);
    return BATON_OK;
  });
}

baton_status BATON_CALL RunCalls::Log(const baton_run* run, int32_t level,
                                      const char* text) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || text == nullptr || level < BATON_LOG_ERROR || level > BATON_LOG_DEBUG) {
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  return Bounded([&] {
    // A line is kept with its job, so the engine must know the job.
    self->kernel_->ready.Tell(*self->control_);
    self->kernel_->Log(self->payload_->instance()->plugin(), self->job_->id, level, text);
    return BATON_OK;
  });
}

baton_status BATON_CALL RunCalls::Checkpoint(const baton_run* run, const void* bytes,
                                             size_t size) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || (bytes == nullptr && size > 0)) return BATON_ERROR_INVALID_ARGUMENT;
  if (size > BATON_MAX_STATE_SIZE) return BATON_ERROR_TOO_LARGE;
  if (!self->job_->serializable) return BATON_ERROR_UNSUPPORTED;
  // The loop never waits for the disk.
  if (self->payload_->on_loop()) return BATON_ERROR_WRONG_THREAD;
  if (self->IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  return Bounded([&] { return self->CheckpointNow(bytes, size); });
}

baton_status BATON_CALL RunCalls::RetryAfter(const baton_run* run, int64_t ms) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || ms < 0) return BATON_ERROR_INVALID_ARGUMENT;
  if (self->IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  self->retry_after_ms_ = std::min(ms, kLongestDelayMs);
  return BATON_OK;
}

baton_status BATON_CALL RunCalls::Fail(const baton_run* run, const char* code, const char* message,
                                       int32_t retryable) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || message == nullptr || !IsErrorCode(code))
    return BATON_ERROR_INVALID_ARGUMENT;
  if (self->IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  return Bounded([&] {
    JobError failure{code, CopyMessage(message, kMaxMessage)};
    self->failure_ = std::move(failure);
    self->failure_retryable_ = retryable != 0;
    self->pushed_failure_ = true;
    return BATON_OK;
  });
}

}  // namespace baton
