// Something that a thread has the loop do, and waits for. Any thread but the loop's.
#ifndef BATON_CORE_LOOP_ERRAND_H_
#define BATON_CORE_LOOP_ERRAND_H_

#include <functional>
#include <optional>

#include "baton.h"
#include "mutex.h"

namespace baton {

struct Kernel;
class Instance;

// Between whoever waits and whoever ends it. Any thread.
class LoopErrand {
 public:
  // To be called once, with the result. Any thread.
  using Done = std::function<void(baton_status)>;

  LoopErrand() : changed_(&mutex_) {}
  LoopErrand(const LoopErrand&) = delete;
  LoopErrand& operator=(const LoopErrand&) = delete;

  void End(baton_status status) {
    MutexLock lock(&mutex_);
    status_ = status;
    changed_.SignalAll();
  }

  // None once `deadline` has passed.
  std::optional<baton_status> Await(Clock::time_point deadline) {
    MutexLock lock(&mutex_);
    while (!status_.has_value()) {
      if (!changed_.WaitUntil(deadline)) break;
    }
    return status_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::optional<baton_status> status_ GUARDED_BY(mutex_);
};

// Calls `errand` on the loop, which calls Done then or later, and waits for that. None: the instance is
// closed, and nobody works on the loop any more.
std::optional<baton_status> OnLoop(Kernel* kernel, Instance* instance,
                                   const std::function<void(const LoopErrand::Done&)>& errand);

}  // namespace baton

#endif  // BATON_CORE_LOOP_ERRAND_H_
