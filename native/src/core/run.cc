#include "run.h"

#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "kernel.h"
#include "run_calls.h"
#include "status.h"
#include "stop_reason.h"
#include "submit.h"
#include "text.h"

namespace baton {
namespace {

// A getter broke the contract while the job ran: the job's error.
JobError ErrorOfContent(baton_status status) {
  if (status == BATON_ERROR_INVALID_JSON)
    return {"BAD_CONTENT", "get_content did not write a JSON object"};
  if (status == BATON_ERROR_TOO_LARGE) return {"TOO_LARGE", "get_content wrote more than 1 MiB"};
  return {"BAD_STATE_DATA", "get_content failed"};
}

JobError ErrorOfState(baton_status status) {
  if (status == BATON_ERROR_TOO_LARGE) return {"TOO_LARGE", "get_serialized wrote more than 1 MiB"};
  return {"BAD_STATE_DATA", "get_serialized failed"};
}

// Of what came by the lane: so much of it as every run needs.
Entry EntryOf(const NewJob& as_new) {
  Entry entry;
  entry.max_attempts = as_new.wishes->max_attempts;
  entry.step_timeout_ms = as_new.wishes->step_timeout_ms;
  entry.progress = as_new.progress;
  entry.content = as_new.Sayings().content;
  entry.finalize_success = true;
  return entry;
}

}  // namespace

Run::Run(Kernel* kernel, Beginner&& beginner)
    : kernel_(kernel),
      job_(std::move(beginner.job)),
      control_(std::move(beginner.control)),
      entry_(beginner.admitted != nullptr ? std::move(*beginner.admitted)
                                          : EntryOf(*control_->from_lane.as_new)),
      c_run_(RunCalls::TableFor(this)) {
  sample_.progress = entry_.progress;
  sample_.content = std::move(entry_.content);
}

bool Run::Advance(Clock::time_point deadline) {
  return stepping_ ? Continue(deadline) : Begin(deadline);
}

bool Run::Begin(Clock::time_point deadline) {
  payload_ = job_->payload_in_strand();
  // Once the host closes, the closing alone tells the payload: it may have done so already.
  if ((control_->Read() & RunControl::kClosing) != 0) return EndUnbegun();
  if (payload_ != nullptr && !IsHeard(payload_->instance())) return EndUnbegun();
  if (entry_.reset && payload_ != nullptr && !payload_->has_reset()) StartOver();
  if (payload_ == nullptr) {
    CompleteEntry();
    type_ = kernel_->types.Find(entry_.plugin, entry_.type);
    const bool on_loop = type_.has_value() && (type_->flags & BATON_JOB_ON_LOOP) != 0;
    if (job_->on_loop.exchange(on_loop) != on_loop) return false;
    if (type_.has_value() && !IsHeard(type_->instance)) return EndUnbegun();
  }
  if (!Prepare()) {
    Finish();
    return true;
  }
  stepping_ = true;
  if (entry_.step_timeout_ms > 0) WatchSteps();
  stepping_since_ = sampled_at_ = checkpointed_at_ = Clock::now();
  if (!StepUntil(deadline)) return false;
  Finish();
  return true;
}

bool Run::EndUnbegun() {
  Ended ended;
  ended.sample = std::move(sample_);
  ended.has_payload = payload_ != nullptr;
  kernel_->ready.End(job_->id, *control_, std::move(ended));
  return true;
}

bool Run::IsHeard(const Instance* instance) {
  if (!kernel_->options.far_engine || heard_) return true;
  heard_ = kernel_->desk.HopBegin({0, job_->id}, instance) == BATON_OK;
  return heard_;
}

bool Run::Continue(Clock::time_point deadline) {
  stepping_since_ = Clock::now();
  requested_ = control_->DecideIfAsked();
  if (requested_ == 0 && !StepUntil(deadline)) return false;
  Finish();
  return true;
}

bool Run::StepUntil(Clock::time_point deadline) {
  bool over = true;
  {
    // Around all of them: to count each step would cost more than a short one.
    const CallbackScope scope(payload_->instance(), CallbackKind::kJob);
    std::string threw;
    const bool watched = watch_ != nullptr;  // not looked up for each step
    for (;;) {
      pushed_progress_ = pushed_content_ = pushed_state_ = pushed_failure_ = false;
      retry_after_ms_.reset();
      const int32_t result = watched ? StepInTime(&threw) : payload_->Step(&c_run_, &threw);
      if (!open_outputs_.empty()) DropOutputs();
      if (result != BATON_STEP_CONTINUE) {
        if (overdue_) break;
        if (result != BATON_STEP_SUCCESS && IsCutShort()) break;
        outcome_ = OutcomeOf(result, threw);
        break;
      }
      if ((control_->Read() & RunControl::kAttention) != 0 && !MayContinue()) break;
      if (deadline == kNoDeadline || Clock::now() < deadline) continue;
      over = false;
      break;
    }
  }
  runtime_ += Clock::now() - stepping_since_;
  // Of a run that ends by itself, what it was asked for counts where a retry is due.
  if (over && requested_ == 0) requested_ = control_->Decide();
  return over;
}

bool Run::IsCutShort() {
  LoopBorder* border = payload_->instance()->loop_border();
  if (!payload_->on_loop() || border == nullptr || !border->IsDying()) return false;
  control_->Raise(RunControl::kClosing);
  requested_ = control_->DecideIfAsked();
  return true;
}

bool Run::MayContinue() {
  requested_ = control_->DecideIfAsked();
  if (requested_ != 0) return false;
  return (control_->Read() & RunControl::kTickStep) == 0 || BetweenSteps();
}

Outcome Run::OutcomeOf(int32_t result, const std::string& threw) const {
  switch (result) {
    case BATON_STEP_SUCCESS:
      return {OutcomeKind::kSuccess, {}, false, {}};
    case BATON_STEP_FAILURE:
      if (pushed_failure_) return {OutcomeKind::kFailure, failure_, failure_retryable_, {}};
      if (!threw.empty()) break;
      return {
          OutcomeKind::kFailure, {"STEP_FAILED", "the step failed and did not say why"}, false, {}};
    case BATON_STEP_RETRY:
      return {OutcomeKind::kRetry, {}, false, retry_after_ms_};
  }
  if (!threw.empty()) {
    const JobError error = {"STEP_THREW", CopyMessage(threw.c_str(), kMaxMessage)};
    return {OutcomeKind::kFailure, error, false, {}};
  }
  const std::string message =
      "step returned " + std::to_string(result) + ", which is not a step result";
  return {OutcomeKind::kFailure, {"BAD_STEP_RESULT", message}, false, {}};
}

bool Run::BetweenSteps() {
  control_->Lower(RunControl::kTickStep);
  const auto older = [](Clock::time_point then, Clock::time_point now, int64_t ms) {
    return now - then >= std::chrono::milliseconds(ms);
  };
  const Clock::time_point now = Clock::now();
  const CoreOptions& options = kernel_->options;
  // A tick is never quite on time; the next one would be far too late.
  const int64_t sample_ms = options.sample_ms - options.tick_ms / 2;
  const bool save =
      options.durable && job_->serializable && older(checkpointed_at_, now, options.checkpoint_ms);
  if (!save && !older(sampled_at_, now, sample_ms)) return true;
  runtime_ += now - stepping_since_;
  stepping_since_ = now;
  if (!TakeSample(save)) return false;
  PostSample(When::kBetweenSteps);
  sampled_at_ = now;
  if (save) {
    PutCheckpoint();
    checkpointed_at_ = now;
  }
  stepping_since_ = Clock::now();  // the getters are not steps
  return true;
}

bool Run::TakeSample(bool with_state) {
  if (!WeighTree() && !pushed_progress_) sample_.progress = payload_->GetProgress(sample_.progress);
  if (!pushed_content_) {
    std::optional<std::string> content;
    const baton_status status = payload_->GetContent(&content, sample_.content);
    if (status != BATON_OK) {
      const JobError error = ErrorOfContent(status);
      return Fail(error.code.c_str(), error.message);
    }
    if (content.has_value() && content != sample_.content) {
      sample_.content = std::move(content);
      content_changed_ = true;
    }
  }
  if (!with_state || !job_->serializable || pushed_state_) return true;
  std::optional<Bytes> state;
  const baton_status status = payload_->GetSerialized(&state);
  if (status != BATON_OK) {
    const JobError error = ErrorOfState(status);
    return Fail(error.code.c_str(), error.message);
  }
  if (state.has_value()) sample_.state = std::move(state);
  return true;
}

bool Run::Fail(const char* code, const std::string& message) {
  outcome_ = {OutcomeKind::kFailure, {code, message}, false, {}};
  return false;
}

// At most one message goes out in `sample_ms`, whoever tells it.
void Run::PostSample(When when) {
  job_->SetProgress(sample_.progress);
  if ((control_->Read() & RunControl::kTickPush) == 0) return KeepSample();
  control_->Lower(RunControl::kTickPush);
  kernel_->ready.Tell(*control_);
  Sample sample{sample_.progress, std::nullopt, std::nullopt, nullptr};
  if (content_changed_) sample.content = sample_.content;
  CopyTree(&sample);
  Pushed()->Tell(std::move(sample), when == When::kInStep ? RuntimeInStepMs() : RuntimeMs());
  content_changed_ = false;
}

void Run::KeepSample() {
  PushedSample* const pushed = Pushed();
  pushed->KeepProgress(sample_.progress);
  if (content_changed_) pushed->KeepContent(*sample_.content);
  content_changed_ = false;
  // Only the first one after the ticker came by: the time goes on by itself.
  if (!control_->HasKept()) pushed->KeepTime({runtime_, stepping_since_}, payload_);
  // Always set, not only seen: so whoever clears it sees what was kept before.
  control_->Raise(RunControl::kKept);
}

PushedSample* Run::Pushed() {
  if (control_->pushed() == nullptr)
    control_->set_pushed(std::make_unique<PushedSample>(&kernel_->inbox, job_));
  return control_->pushed();
}

Checkpoint Run::MakeCheckpoint() const {
  return {job_->id,        *sample_.state,  sample_.progress,
          sample_.content, entry_.attempts, entry_.runtime_ms + RuntimeMs()};
}

int64_t Run::RuntimeMs() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(runtime_).count();
}

int64_t Run::RuntimeInStepMs() const {
  const Clock::duration runtime = runtime_ + (Clock::now() - stepping_since_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(runtime).count();
}

void Run::PutCheckpoint() {
  if (!kernel_->options.durable || !sample_.state.has_value()) return;
  auto request = std::make_shared<StoreRequest>();
  request->kind = StoreKind::kCheckpoint;
  request->checkpoint = MakeCheckpoint();
  kernel_->store.Put(request);  // a dead store loses it: the last one that was committed counts
}

baton_status Run::CheckpointNow(const void* bytes, size_t size) {
  Bytes state(static_cast<const char*>(bytes), size);
  if (!kernel_->options.durable) {
    sample_.state = state;
    pushed_state_ = true;
    kernel_->ready.Tell(*control_);
    kernel_->inbox.Push(Sampled{
        job_->id, {sample_.progress, std::nullopt, std::move(state), nullptr}, RuntimeInStepMs()});
    return BATON_OK;
  }
  auto request = std::make_shared<StoreRequest>();
  request->kind = StoreKind::kCheckpoint;
  request->awaited = true;
  request->instance = payload_->instance();
  request->checkpoint = {job_->id,        state,           sample_.progress,
                         sample_.content, entry_.attempts, entry_.runtime_ms + RuntimeMs()};
  baton_status status = kernel_->store.Put(request);
  if (status == BATON_OK)
    status = kernel_->store.Await(request, kernel_->options.submit_timeout_ms);
  if (status != BATON_OK) return status;
  sample_.state = std::move(state);
  pushed_state_ = true;
  checkpointed_at_ = Clock::now();
  return BATON_OK;
}

void Run::Finish() {
  if (watch_ != nullptr && UnwatchSteps()) return;
  const int max_attempts = entry_.max_attempts > 0 ? entry_.max_attempts : 1;
  Ended ended;
  ended.runtime_ms = RuntimeMs();
  ended.has_payload = payload_ != nullptr;
  if (payload_ != nullptr) {
    const bool closing = (control_->Read() & RunControl::kClosing) != 0;
    requested_ = RequestAtEnd(outcome_, requested_, closing);
    ended.stop_reason = StopReason(outcome_, requested_, entry_.attempts + 1 < max_attempts);
    payload_->Stop(ended.stop_reason);
    job_->owes_stop = !IsFinalStop(ended.stop_reason);
    // What was a failure already stays that failure, whatever the getters say now.
    const Outcome before = outcome_;
    TakeSample(true);
    if (before.kind == OutcomeKind::kFailure) outcome_ = before;
    CopyTree(&sample_);
  }
  ended.finalized =
      payload_ != nullptr && outcome_.kind == OutcomeKind::kSuccess && entry_.finalize_success;
  const bool finalize = ended.finalized;
  if (finalize) {
    ended.ended_at_ms = NowMs();
    job_->SetSucceeded(ended.ended_at_ms, entry_.runtime_ms + ended.runtime_ms);
  } else {
    job_->SetProgress(sample_.progress);
  }
  ended.outcome = std::move(outcome_);
  ended.sample = std::move(sample_);
  const std::shared_ptr<Payload> payload = std::move(payload_);
  const std::shared_ptr<OwnedJob> given_up =
      kernel_->ready.End(job_->id, *control_, std::move(ended));
  if (!finalize) return;
  // The end has been told, and the job has its payload until that is finalized: a closing that comes
  // in between finds it, and waits for this strand.
  payload->Finalize();
  job_->set_payload(nullptr);
  if (given_up != nullptr) kernel_->GiveUp(given_up);
}

}  // namespace baton
