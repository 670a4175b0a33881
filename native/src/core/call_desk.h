// Calls that only the engine can answer: a native thread posts one, waits, and is answered by
// ticket. Any thread.
#ifndef BATON_CORE_CALL_DESK_H_
#define BATON_CORE_CALL_DESK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "inbox.h"
#include "mutex.h"

namespace baton {

class Instance;

class CallDesk {
 public:
  explicit CallDesk(Inbox* inbox) : inbox_(inbox), answered_(&mutex_) {}

  // Posts the call and waits for its answer, at most `timeout_ms`. Errors: TIMED_OUT, CLOSING, what
  // the engine says.
  // `*info` is filled if the engine gave one.
  baton_status Hop(Called call, const Instance* instance, int64_t timeout_ms, JobInfo* info);

  // The same for a request to the REST interface, without a limit of time.
  baton_status HopRest(RestCalled call, const Instance* instance, RestAnswer* answer);

  // The same for what a step does with an output.
  baton_status HopOutput(OutputCalled call, const Instance* instance);

  // The same for a route that is to be the plugin's.
  baton_status HopRoute(RouteAsked call, const Instance* instance);

  // The same for a run that begins.
  baton_status HopBegin(RunBegins call, const Instance* instance);

  // On the engine's thread. Return false if nobody waits for it any more.
  bool Answer(uint64_t ticket, baton_status status, const JobInfo* info);
  bool AnswerRest(uint64_t ticket, baton_status status, RestAnswer answer);

  // The host begins to close: as Close, for all but outputs of the runs that it awaits.
  void BeginClose();
  // Answers CLOSING to all that wait, of one instance or (null) of all and for ever.
  void Close(const Instance* instance);

 private:
  struct Waiter {
    const Instance* instance;
    JobInfo* info;
    RestAnswer* rest;
    bool is_output = false;
    baton_status status = BATON_OK;
    bool answered = false;
  };

  template <typename Call>
  baton_status Await(Call call, Waiter* waiter, int64_t timeout_ms);
  enum class Phase { kOpen, kDraining, kClosed };
  bool IsOpenFor(const Waiter& waiter) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers CLOSING to those of whom `leaves` is true.
  void SendAway(const std::function<bool(const Waiter&)>& leaves, Phase next);
  bool AnswerWaiter(uint64_t ticket, baton_status status, const JobInfo* info, RestAnswer* rest);

  Inbox* const inbox_;  // constant after construction

  Mutex mutex_;
  CondVar answered_;
  // Guarded by mutex_.
  Phase phase_ GUARDED_BY(mutex_) = Phase::kOpen;
  uint64_t last_ticket_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<uint64_t, Waiter*> waiters_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_CALL_DESK_H_
