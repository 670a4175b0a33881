// submit_job_async.
#include <utility>

#include "callbacks.h"
#include "submission.h"
#include "submit.h"
#include "submit_wishes.h"

namespace baton {
namespace {

// An asynchronous submit between its call and its `done`. Counts as a callback that is being
// executed, so that closing waits for it.
class AsyncSubmit : public std::enable_shared_from_this<AsyncSubmit> {
 public:
  AsyncSubmit(Kernel* kernel, baton_submit_done done, void* data)
      : kernel_(kernel), done_(done), data_(data), submissions_(1) {}

  // Errors: those that need no waiting; `done` is not called then.
  baton_status Start(Instance* instance, baton_job job, const baton_submit_options& options);

 private:
  Submission& submission() { return submissions_.front(); }
  bool IsFar() const { return kernel_->options.far_engine; }
  bool NeedsStore() { return IsFar() || (kernel_->options.durable && submission().serializable()); }
  baton_status StartBegun(const baton_submit_options& options);
  baton_status Put();
  // The outcome is known: has `done` called where it belongs.
  void Finish(baton_status status) noexcept;  // better no process than two owners
  void CallDone(baton_status status);

  // Constant after construction. The kernel outlives whatever it has been given to do.
  Kernel* const kernel_;
  const baton_submit_done done_;
  void* const data_;

  // One thread at a time: the caller's, then the one that answers, then the one that calls `done`.
  Submissions submissions_;  // one
};

baton_status AsyncSubmit::Start(Instance* instance, baton_job job,
                                const baton_submit_options& options) {
  baton_status status = submission().Begin(instance, job);
  if (status != BATON_OK) return status;
  // Before the look whether it closes: the closing waits for this one, or this one sees it.
  instance->EnterCallback();
  try {
    status = StartBegun(options);
  } catch (...) {
    submission().Abort();
    instance->LeaveCallback();
    throw;
  }
  if (status != BATON_OK) {
    submission().Abort();
    instance->LeaveCallback();
  }
  return status;
}

baton_status AsyncSubmit::StartBegun(const baton_submit_options& options) {
  baton_status status = submission().Describe(options, WishesOf(options));
  if (status != BATON_OK) return status;
  kernel_->requests.Prepare();
  if (NeedsStore()) kernel_->expiry.Prepare();
  status = kernel_->room.Take(submission().instance(), 1, 0);
  if (status != BATON_OK) return status;
  TakenRoom room(&kernel_->room, 1);
  status = kernel_->IsClosing(submission().instance()) ? BATON_ERROR_CLOSING : Put();
  if (status == BATON_OK) room.Keep();
  return status;
}

baton_status AsyncSubmit::Put() {
  if (!NeedsStore()) {
    TakeInPlace(kernel_, &submissions_);
    Finish(BATON_OK);
    return BATON_OK;
  }
  auto request = std::make_shared<StoreRequest>();
  StoreRequest* raw = request.get();
  request->kind = StoreKind::kSubmit;
  request->rows.push_back(submission().Row());
  request->instance = submission().instance();
  request->awaited = true;
  request->expires = DeadlineIn(kernel_->options.submit_timeout_ms);
  request->on_answer = [self = shared_from_this(), raw](baton_status status) {
    if (status == BATON_OK) {
      if (self->IsFar()) {
        TakeNamed(self->kernel_, &self->submissions_, raw->given_ids);
      } else {
        ReadyList& ready = self->kernel_->ready;
        ready.Begin(TakeAll(self->kernel_, &self->submissions_, raw->rows.front().sequence));
      }
      CloseIfLate(self->kernel_, &self->submissions_);
    } else {
      self->kernel_->room.Give(1);
    }
    self->Finish(status);
  };
  if (!IsFar()) submission().Prepare();
  const baton_status status = kernel_->store.Put(request);
  if (status != BATON_OK) return status;
  kernel_->expiry.Watch();
  return BATON_OK;
}

void AsyncSubmit::Finish(baton_status status) noexcept {
  const auto call = [self = shared_from_this(), status] { self->CallDone(status); };
  if (!submission().on_loop()) return kernel_->requests.Post(call);
  kernel_->loop.Post([call](Clock::time_point) {
    call();
    return false;
  });
}

void AsyncSubmit::CallDone(baton_status status) {
  Instance* instance = submission().instance();
  const baton_job job = submission().handle();
  const bool on_loop = submission().on_loop();
  const std::string id = submission().id();
  CallbackScope scope(instance, CallbackKind::kOther);
  instance->LeaveCallback();  // of Start: the scope counts from now on
  if (status == BATON_OK) {
    submission().Commit();
  } else {
    submission().Abort();
  }
  const auto done = [&] { done_(data_, job, status, status == BATON_OK ? id.c_str() : nullptr); };
  std::string threw;
  if (on_loop ? GuardedOnLoop(instance, done, &threw) : Guarded(done, &threw)) return;
  const std::string text = "done of submit_job_async threw: " + threw;
  kernel_->Log(instance->plugin(), "", BATON_LOG_WARNING, text.c_str());
}

}  // namespace

baton_status SubmitJobAsync(Kernel* kernel, Instance* instance, baton_job job,
                            const baton_submit_options* options, baton_submit_done done,
                            void* data) {
  if (done == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  baton_submit_options copy;
  const baton_status status = ReadSubmitOptions(options, &copy);
  if (status != BATON_OK) return status;
  return std::make_shared<AsyncSubmit>(kernel, done, data)->Start(instance, job, copy);
}

}  // namespace baton
