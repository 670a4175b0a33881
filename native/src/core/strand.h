// The callbacks of one job, one after the other, on whatever threads. Any thread.
#ifndef BATON_CORE_STRAND_H_
#define BATON_CORE_STRAND_H_

#include <list>
#include <utility>

#include "mutex.h"
#include "recycling.h"
#include "task.h"

namespace baton {

// The deadline of what may take as long as it likes.
inline constexpr Clock::time_point kNoDeadline = Clock::time_point::max();
// The deadline on a thread that all jobs share: what may take long is not even begun there.
inline constexpr Clock::time_point kNoTime = Clock::time_point::min();

class Strand {
 public:
  // Does its work, or a part of it until `deadline`; false: it is to be called once more, there
  // where the job's callbacks are made then.
  using Task = baton::Task<bool(Clock::time_point deadline)>;

  // Adds a task behind all others. Returns true if nobody is working on this strand: then the
  // caller must call Work, or see to it that some thread does.
  bool Post(Task task) {
    MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
    return !std::exchange(busy_, true);
  }

  // If nobody is working on this strand and nothing waits, the caller is from now on: it must call
  // WorkWith, or see to it that some thread does, with a task that stands in front of all others.
  bool TryEnter() {
    MutexLock lock(&mutex_);
    return !std::exchange(busy_, true);
  }

  // As Work, with `first` in front of all others. REQUIRES: TryEnter returned true, once for each call.
  bool WorkWith(Task first, Clock::time_point deadline) {
    if (!first(deadline)) {
      MutexLock lock(&mutex_);
      tasks_.push_front(std::move(first));
      return false;
    }
    first = Task();
    return Work(deadline);
  }

  // Runs tasks until there are none (true), or until one is not done (false): then Work must be
  // called again, by whom ever. REQUIRES: Post returned true, or Work false, once for each call.
  bool Work(Clock::time_point deadline) {
    for (;;) {
      Task task;
      {
        MutexLock lock(&mutex_);
        if (tasks_.empty()) {
          busy_ = false;
          return true;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      if (task(deadline)) continue;
      MutexLock lock(&mutex_);
      tasks_.push_front(std::move(task));
      return false;
    }
  }

 private:
  SmallMutex mutex_;
  // Costs nothing while it is empty, as it mostly is.
  std::list<Task, Recycling<Task>> tasks_ GUARDED_BY(mutex_);
  bool busy_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_STRAND_H_
