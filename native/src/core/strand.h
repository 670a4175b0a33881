// The callbacks of one job, one after the other, on whatever threads. Any thread.
#ifndef BATON_CORE_STRAND_H_
#define BATON_CORE_STRAND_H_

#include <deque>
#include <functional>
#include <utility>

#include "mutex.h"

namespace baton {

class Strand {
 public:
  using Task = std::function<void()>;

  // Adds a task behind all others. Returns true if nobody is working on this strand: then the
  // caller must call Work, or see to it that some thread does.
  bool Post(Task task) {
    MutexLock lock(&mutex_);
    tasks_.push_back(std::move(task));
    return !std::exchange(busy_, true);
  }

  // Runs tasks until there are none. REQUIRES: Post returned true, once for each call of Work.
  void Work() {
    for (;;) {
      Task task;
      {
        MutexLock lock(&mutex_);
        if (tasks_.empty()) {
          busy_ = false;
          return;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

 private:
  Mutex mutex_;
  std::deque<Task> tasks_ GUARDED_BY(mutex_);
  bool busy_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_STRAND_H_
