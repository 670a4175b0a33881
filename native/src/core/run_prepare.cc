// What a run does before its first step: it sees to it that there is a payload.
#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "kernel.h"
#include "run.h"
#include "status.h"
#include "submit.h"

namespace baton {

void Run::CompleteEntry() {
  const NewJob* const as_new = control_->from_lane.as_new.get();
  if (as_new == nullptr) return;
  entry_.plugin = as_new->kind->plugin;
  entry_.type = as_new->kind->type;
  entry_.state = as_new->Sayings().state;
}

bool Run::Prepare() {
  if (payload_ == nullptr && !MakePayload()) return false;
  if (!entry_.reset) return true;
  if (!renewed_ && payload_->has_reset()) return ResetPayload();
  // What was made of the last state cannot be reset any more.
  if (!renewed_ && entry_.submitted_state.has_value()) {
    StartOver();
    if (!MakePayload()) return false;
  }
  return !renewed_ || LookAnew();
}

bool Run::MakePayload() {
  outcome_.kind = OutcomeKind::kNotMine;
  if (!type_.has_value() || !Revive(*type_)) return false;
  outcome_ = Outcome();
  return true;
}

void Run::StartOver() {
  payload_->Finalize();
  payload_ = nullptr;
  job_->set_payload(nullptr);
  if (entry_.submitted_state.has_value()) entry_.state = std::move(entry_.submitted_state);
  entry_.submitted_state.reset();
  renewed_ = true;
}

bool Run::Revive(const RegisteredType& type) {
  if (!entry_.state.has_value()) return Fail("CANNOT_REVIVE", "no state of this job was saved");
  Instance* instance = type.instance;
  if (!instance->BeginNew()) return false;
  baton_job handle = {0};
  baton_status status = BATON_ERROR_INTERNAL;
  std::string threw;
  bool returned;
  {
    CallbackScope scope(instance, CallbackKind::kJob);
    instance->LeaveCallback();  // of BeginNew: the scope counts from now on
    const ReviveScope reviving(instance, type.flags);
    const auto revive = [&] {
      status = type.revive(type.data, entry_.type.c_str(), entry_.state->data(),
                           entry_.state->size(), &handle);
    };
    returned = job_->on_loop ? GuardedOnLoop(instance, revive, &threw) : Guarded(revive, &threw);
  }
  if (!returned) {
    // It may have answered and left an exception of JavaScript all the same.
    if (status == BATON_OK) FreeJob(instance, handle);
    return FailToRevive(instance, "revive threw: " + threw);
  }
  if (status == BATON_ERROR_NOT_MINE) return false;
  if (status != BATON_OK)
    return FailToRevive(instance, std::string("revive: ") + StatusText(status));
  return Adopt(handle, type);
}

bool Run::Adopt(baton_job handle, const RegisteredType& type) {
  std::shared_ptr<Payload> revived;
  if (HandleTable::Process().BeginSubmit(handle, type.instance, &revived) != BATON_OK) {
    return FailToRevive(type.instance, "revive did not hand over a job it created");
  }
  HandleTable::Process().CommitSubmit(revived.get());
  if (revived->type() != entry_.type) {
    revived->Finalize();
    return Fail("CANNOT_REVIVE", "revive made a job of another type");
  }
  if (revived->on_loop() != job_->on_loop) {
    revived->Finalize();
    return Fail("CANNOT_REVIVE", "revive handed over a job of other flags than the type's");
  }
  payload_ = std::move(revived);
  job_->set_payload(payload_);
  job_->serializable = true;
  job_->owes_stop = true;
  // The closing may have looked for this plugin's runs before this one was there.
  if (kernel_->IsClosing(type.instance)) control_->Raise(RunControl::kClosing);
  return true;
}

bool Run::ResetPayload() {
  const baton_status status = payload_->Reset();
  if (status != BATON_OK) return Fail("RESET_FAILED", std::string("reset: ") + StatusText(status));
  return LookAnew();
}

bool Run::LookAnew() {
  job_->owes_stop = true;
  sample_ = Sample();
  if (!TakeSample(true)) return false;
  // Saved at once: a crash before the first checkpoint must not bring back what was before.
  if (sample_.state.has_value()) PutCheckpoint();
  return true;
}

bool Run::FailToRevive(Instance* instance, const std::string& message) {
  if (kernel_->IsClosing(instance)) return false;
  return Fail("CANNOT_REVIVE", message);
}

}  // namespace baton
