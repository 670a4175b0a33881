// Two mutexes, a scoped lock and a condition variable that clang's -Wthread-safety understands.
// Thread rule: any thread; a CondVar belongs to one Mutex for its whole life.
#ifndef BATON_CORE_MUTEX_H_
#define BATON_CORE_MUTEX_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#if defined(__clang__)
#define BATON_ANNOTATION(x) __attribute__((x))
#else
#define BATON_ANNOTATION(x)
#endif
#define CAPABILITY(x) BATON_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY BATON_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) BATON_ANNOTATION(guarded_by(x))
#define EXCLUSIVE_LOCKS_REQUIRED(...) BATON_ANNOTATION(exclusive_locks_required(__VA_ARGS__))
#define LOCKS_EXCLUDED(...) BATON_ANNOTATION(locks_excluded(__VA_ARGS__))
#define EXCLUSIVE_LOCK_FUNCTION(...) BATON_ANNOTATION(exclusive_lock_function(__VA_ARGS__))
#define UNLOCK_FUNCTION(...) BATON_ANNOTATION(unlock_function(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS BATON_ANNOTATION(no_thread_safety_analysis)

namespace baton {

using Clock = std::chrono::steady_clock;

// What one thread writes and another one reads, if it is nothing that they share.
inline constexpr size_t kCacheLine = 64;

// The latest point in time that `ms` from now means; no end for a negative `ms`.
inline Clock::time_point DeadlineIn(int64_t ms) {
  constexpr int64_t kForever = int64_t{1000} * 86400 * 365 * 10;
  if (ms < 0 || ms > kForever) ms = kForever;
  return Clock::now() + std::chrono::milliseconds(ms);
}

// Tells the processor that this thread waits for another one.
inline void PauseProcessor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb");
#endif
}

class CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  // Tries for a moment before it sleeps: most are held for less time than it takes to be woken.
  void Lock() EXCLUSIVE_LOCK_FUNCTION() {
    for (int pauses = 1; pauses <= kMostPauses; pauses *= 2) {
      if (mutex_.try_lock()) return;
      for (int i = 0; i < pauses; i++) PauseProcessor();
    }
    mutex_.lock();
  }
  void Unlock() UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  static constexpr int kMostPauses = 16;  // together about a microsecond

  std::mutex mutex_;
};

// One byte, for what there is many of, which is held for moments and which hardly ever two threads want
// at a time. No CondVar.
class CAPABILITY("mutex") SmallMutex {
 public:
  SmallMutex() = default;
  SmallMutex(const SmallMutex&) = delete;
  SmallMutex& operator=(const SmallMutex&) = delete;
  void Lock() EXCLUSIVE_LOCK_FUNCTION() {
    for (int tries = 0; locked_.exchange(true, std::memory_order_acquire); tries++) Wait(tries);
  }
  void Unlock() UNLOCK_FUNCTION() { locked_.store(false, std::memory_order_release); }

 private:
  static void Wait(int tries) {
    if (tries < kMostPauses) return PauseProcessor();
    // Who holds it does not run. To yield would be for ever, if the priority of that thread is lower.
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  static constexpr int kMostPauses = 32;

  std::atomic<bool> locked_{false};
};

template <typename AnyMutex>
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(AnyMutex* mutex) EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  AnyMutex* const mutex_;
};

class CondVar {
 public:
  explicit CondVar(Mutex* mutex) : mutex_(mutex) {}

  // REQUIRES: the mutex is held. It is held again on return.
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_->mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // Returns false once `deadline` has passed. REQUIRES: as Wait.
  bool WaitUntil(Clock::time_point deadline) {
    std::unique_lock<std::mutex> lock(mutex_->mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return in_time || Clock::now() < deadline;
  }

  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }

 private:
  Mutex* const mutex_;
  std::condition_variable condition_;
};

}  // namespace baton

#endif  // BATON_CORE_MUTEX_H_
