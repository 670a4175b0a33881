// The threads that run native steps, and what needs no slot. Any thread.
//
// Runs hold a slot, so there are at most as many as slots; services (stop, finalize) have one
// thread more, always, and there is one more for each step that was left alone. Threads start when there
// is work for them and are never joined: a step that does not return must not hold up the end of the
// process. They keep `keep_alive` until they end, so all they touch outlives them.
#ifndef BATON_CORE_STEP_POOL_H_
#define BATON_CORE_STEP_POOL_H_

#include <atomic>
#include <deque>
#include <memory>

#include "mutex.h"
#include "task.h"

namespace baton {

class StepPool {
 public:
  using Task = baton::Task<void()>;
  static constexpr int kMaxRunThreads = 64;

  // `most_runs`: so many at a time, also of those that have a slot.
  explicit StepPool(int most_runs = kMaxRunThreads)
      : most_runs_(most_runs), work_(&mutex_), ended_(&mutex_) {}

  // Before the first post. `keep_alive` owns this pool.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  void PostRun(Task task) { Post(&runs_, std::move(task)); }
  void PostService(Task task) { Post(&services_, std::move(task)); }

  // The run of one thread does not count any more, although the thread does not come back: another
  // one takes its place. Until Attach, which that run calls.
  void Detach();
  void Attach();

  // Threads end once there is nothing to do.
  void Close();
  // Returns false if a thread still works at `deadline`. REQUIRES: Close was called.
  bool AwaitEnd(Clock::time_point deadline);

 private:
  enum class Help { kNone, kWake, kNewThread };

  void Post(std::deque<Task>* queue, Task task) LOCKS_EXCLUDED(mutex_);
  // Sees to it that each task that may be taken has a thread on its way to it, but for so many that
  // are `here`. What it answers must be sent.
  Help CallHelp(size_t here) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without the lock: whoever wakes would wait for it at once.
  void Send(Help help) LOCKS_EXCLUDED(mutex_);
  void Loop();
  // Looks for a moment whether something is posted, before the thread goes to sleep: to wake it
  // costs whoever posts more than a short step takes.
  void Linger() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Take(Task* task, bool* is_run) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int most_runs_;
  std::weak_ptr<void> keep_alive_;  // constant after Start

  Mutex mutex_;
  CondVar work_;
  CondVar ended_;
  // Guarded by mutex_.
  std::deque<Task> runs_;
  std::deque<Task> services_;
  int run_threads_busy_ GUARDED_BY(mutex_) = 0;
  int detached_ GUARDED_BY(mutex_) = 0;  // threads in runs that do not count
  bool service_busy_ GUARDED_BY(mutex_) = false;
  int threads_ GUARDED_BY(mutex_) = 0;
  int idle_ GUARDED_BY(mutex_) = 0;            // in Wait, also if woken
  int coming_ GUARDED_BY(mutex_) = 0;          // woken or started, and not there yet
  bool lingering_ GUARDED_BY(mutex_) = false;  // one thread does, and counts as if it came
  bool closed_ GUARDED_BY(mutex_) = false;

  std::atomic<bool> posted_{false};  // since somebody began to linger
};

}  // namespace baton

#endif  // BATON_CORE_STEP_POOL_H_
