// A payload: the plugin's memory behind a job, its callbacks, and the one place that calls them.
// The callbacks are made by one thread at a time (the handle's user before submit, the job's strand
// after it).
#ifndef BATON_CORE_PAYLOAD_H_
#define BATON_CORE_PAYLOAD_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "baton.h"
#include "callbacks.h"
#include "child_tree.h"
#include "handle_state.h"
#include "new_job.h"
#include "record.h"
#include "tally.h"

namespace baton {

class Instance;

class Payload {
 public:
  // `desc` is the copied-in descriptor; its `type` is not used. `kind` is not null.
  Payload(Instance* instance, const baton_job_desc& desc, std::shared_ptr<const JobKind> kind);
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;
  ~Payload() { delete children_.load(std::memory_order_acquire); }

  Instance* instance() const { return instance_; }
  const std::string& type() const { return kind_->type; }
  const std::shared_ptr<const JobKind>& kind() const { return kind_; }
  bool has_reset() const { return desc_.reset != nullptr; }
  // All its callbacks are made on the loop thread of its instance.
  bool on_loop() const { return (desc_.flags & BATON_JOB_ON_LOOP) != 0; }

  // The handle under which the handle table knows it; set once, before anybody else sees this
  // object.
  baton_job handle() const { return handle_; }
  void set_handle(baton_job handle) { handle_ = handle; }
  // For the handle table.
  HandleState handle_state() const { return handle_state_; }
  void set_handle_state(HandleState state) { handle_state_ = state; }

  // Returns what step returned; what it threw in `*threw`, then 0 or BATON_STEP_FAILURE. REQUIRES:
  // the caller has a CallbackScope around all the steps of its run.
  int32_t Step(const baton_run* run, std::string* threw) {
    int32_t result = 0;
    const auto step = [&] { result = desc_.step(desc_.payload, run); };
    if (!on_loop()) {
      Guarded(step, threw);
    } else if (!GuardedOnLoop(instance_, std::ref(step), threw) && result != BATON_STEP_FAILURE) {
      result = 0;
    }
    return result;
  }
  void Stop(int32_t reason);
  // The parts of its progress begin anew, too.
  baton_status Reset();

  // The parts of its progress; null: none was ever added. Any thread, while it holds the payload.
  ChildTree* children() const { return children_.load(std::memory_order_acquire); }
  // The same, made if need be. REQUIRES: in a callback of this payload.
  ChildTree* EnsureChildren();

  // Cut to 0..1; `fallback` without a getter.
  double GetProgress(double fallback);

  // OK with content, OK without (nothing to say), INVALID_JSON, TOO_LARGE, BAD_STATE_DATA. `known`, if
  // there is any, is what it said before, which is not looked through once more.
  baton_status GetContent(std::optional<std::string>* content,
                          const std::optional<std::string>& known = std::nullopt);

  // OK with a state, OK without (cannot be saved), TOO_LARGE, BAD_STATE_DATA.
  baton_status GetSerialized(std::optional<Bytes>* state);

  // Takes the handle out of the table, then calls finalize, then counts. The second call does
  // nothing.
  void Finalize();

  // Uncounts a payload that got no handle: it was never created.
  void Forget();

  // Counts this payload as owed instead of live, unless it is finalized. Any thread.
  void Owe();
  // Takes that back.
  void Regain();

 private:
  using Getter = baton_status(BATON_CALL*)(void*, const baton_sink*);
  baton_status Read(const char* name, Getter getter, size_t limit, std::optional<std::string>* out);

  // Makes the callback of this name. False if an exception escaped from it.
  template <typename Function>
  bool Call(const char* name, const Function& function) noexcept {
    CallbackScope scope(instance_, CallbackKind::kJob);
    if (!on_loop()) return Guarded(function);
    std::string what;
    if (GuardedOnLoop(instance_, std::ref(function), &what)) return true;
    Warn(name, what);
    return false;
  }
  // Without memory for it nobody hears of it.
  void Warn(const char* name, const std::string& what) noexcept;

  // Constant after construction.
  Instance* const instance_;
  const baton_job_desc desc_;
  const std::shared_ptr<const JobKind> kind_;
  baton_job handle_ = {0};
  std::atomic<HandleState> handle_state_{HandleState::kLive};

  std::atomic<bool> finalizing_{false};
  std::atomic<ChildTree*> children_{nullptr};  // owned
  Tally::Place place_ = Tally::Place::kNone;   // guarded by the instance's tally
};

}  // namespace baton

#endif  // BATON_CORE_PAYLOAD_H_
