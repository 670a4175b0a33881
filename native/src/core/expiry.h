// Ends requests that the store has not begun in time and that no thread waits for. Any thread.
// Sleeps without end while there are none.
#ifndef BATON_CORE_EXPIRY_H_
#define BATON_CORE_EXPIRY_H_

#include <memory>
#include <thread>
#include <utility>

#include "mutex.h"
#include "store_queue.h"

namespace baton {

class Expiry {
 public:
  explicit Expiry(StoreQueue* store) : store_(store), changed_(&mutex_) {}

  // `keep_alive` owns this object; its thread holds it until Close.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  // Makes sure that there is a thread, while a failure to get one can still be told.
  void Prepare() {
    MutexLock lock(&mutex_);
    if (started_ || closed_) return;
    std::thread([this, alive = keep_alive_.lock()]() mutable {
      Loop();
      alive.reset();
    }).detach();
    started_ = true;
  }

  // Something was queued that expires, no earlier than what was queued before it. REQUIRES: Prepare
  // was called.
  void Watch() {
    MutexLock lock(&mutex_);
    watched_ = true;
    if (idle_) changed_.Signal();
  }

  void Close() {
    MutexLock lock(&mutex_);
    closed_ = true;
    changed_.Signal();
  }

 private:
  void Loop() {
    MutexLock lock(&mutex_);
    while (!closed_) {
      watched_ = false;
      mutex_.Unlock();
      const Clock::time_point next = store_->Expire(Clock::now());
      mutex_.Lock();
      idle_ = next == Clock::time_point::max();
      while (!closed_ && idle_ && !watched_) changed_.Wait();
      while (!closed_ && !idle_ && changed_.WaitUntil(next)) {
      }
      idle_ = false;
    }
  }

  // Constant after Start.
  StoreQueue* const store_;
  std::weak_ptr<void> keep_alive_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  bool started_ GUARDED_BY(mutex_) = false;
  bool watched_ GUARDED_BY(mutex_) = false;
  bool idle_ GUARDED_BY(mutex_) = false;  // nothing expires
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_EXPIRY_H_
