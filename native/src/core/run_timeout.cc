// The time-out of a run's steps: what becomes of one that takes too long.
#include <chrono>
#include <utility>

#include "kernel.h"
#include "run.h"

namespace baton {
namespace {

JobError TimedOut(int64_t timeout_ms) {
  return {"STEP_TIMED_OUT", "The step took longer than " + std::to_string(timeout_ms) + " ms"};
}

int64_t MillisecondsOf(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

void Run::WatchSteps() {
  const int64_t timeout_ms = entry_.step_timeout_ms;
  StepWatch::LeaveAlone leave_alone;
  // Nobody could hear that a step on the loop was left alone: it keeps the loop. But an engine in
  // another process can, and ends this one.
  if (!payload_->on_loop() || kernel_->options.far_engine) {
    leave_alone = [kernel = kernel_, job = job_, control = control_, payload = payload_,
                   timeout_ms](Clock::duration spent) {
      kernel->LeaveAlone(job, payload.get());
      Ended ended;
      ended.runtime_ms = MillisecondsOf(spent);
      ended.has_payload = true;
      ended.outcome.kind = OutcomeKind::kDetached;
      ended.outcome.error = TimedOut(timeout_ms);
      kernel->ready.End(job->id, *control, std::move(ended));
    };
  }
  watch_ = std::make_shared<StepWatch>(timeout_ms, control_, std::move(leave_alone));
  kernel_->step_watcher.Add(watch_);
}

int32_t Run::StepInTime(std::string* threw) {
  const Clock::time_point now = Clock::now();
  watch_->Begin(now, runtime_ + (now - stepping_since_));
  const int32_t result = payload_->Step(&c_run_, threw);
  overdue_ = !WasInTime(result);
  return overdue_ ? BATON_STEP_FAILURE : result;
}

bool Run::WasInTime(int32_t result) {
  const StepWatch::Verdict verdict = watch_->End();
  left_alone_ = verdict == StepWatch::Verdict::kLeftAlone;
  if (left_alone_) {
    // While the step's callback still counts, so that a closing does not miss another one.
    kernel_->Regain(job_, payload_.get());
    return false;
  }
  // What it has finished stays finished.
  if (verdict == StepWatch::Verdict::kInTime) return true;
  if (result != BATON_STEP_CONTINUE && result != BATON_STEP_RETRY) return true;
  outcome_ = {OutcomeKind::kFailure, TimedOut(watch_->timeout_ms()), true, {}, true};
  return false;
}

bool Run::UnwatchSteps() {
  kernel_->step_watcher.Remove(watch_);
  if (!left_alone_) return false;
  payload_->Stop(BATON_STOP_TIMED_OUT);
  job_->owes_stop = false;
  kernel_->inbox.Push(StepReturned{job_->id});
  return true;
}

}  // namespace baton
