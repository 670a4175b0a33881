#include "step_pool.h"

#include <system_error>
#include <thread>
#include <utility>

namespace baton {
namespace {

// About what it costs to sleep and to be woken.
constexpr std::chrono::microseconds kLinger{20};

}  // namespace

void StepPool::Post(std::deque<Task>* queue, Task task) {
  Help help;
  {
    MutexLock lock(&mutex_);
    queue->push_back(std::move(task));
    help = CallHelp(0);
    posted_.store(true, std::memory_order_release);
  }
  Send(help);
}

StepPool::Help StepPool::CallHelp(size_t here) {
  const size_t takeable = runs_.size() + (services_.empty() || service_busy_ ? 0 : 1);
  if (lingering_) here++;
  if (here + static_cast<size_t>(coming_) >= takeable) return Help::kNone;
  if (idle_ > coming_) {
    coming_++;
    return Help::kWake;
  }
  if (threads_ - detached_ > most_runs_) return Help::kNone;
  coming_++;
  threads_++;
  return Help::kNewThread;
}

void StepPool::Send(Help help) {
  if (help == Help::kWake) work_.Signal();
  if (help != Help::kNewThread) return;
  try {
    std::thread([this, alive = keep_alive_.lock()]() mutable {
      Loop();
      alive.reset();
    }).detach();
  } catch (const std::system_error&) {
    // Nobody is on the way: the threads that are there do it, or one that the next post starts.
    MutexLock lock(&mutex_);
    if (coming_ > 0) coming_--;
    threads_--;
    ended_.SignalAll();
  }
}

bool StepPool::Take(Task* task, bool* is_run) {
  *is_run = !runs_.empty() && run_threads_busy_ < most_runs_;
  if (!*is_run && (services_.empty() || service_busy_)) return false;
  std::deque<Task>* queue = *is_run ? &runs_ : &services_;
  *task = std::move(queue->front());
  queue->pop_front();
  if (*is_run) {
    run_threads_busy_++;
  } else {
    service_busy_ = true;
  }
  return true;
}

void StepPool::Loop() {
  MutexLock lock(&mutex_);
  if (coming_ > 0) coming_--;
  bool rested = false;  // it has lingered since its last task
  for (;;) {
    Task task;
    bool is_run = false;
    if (Take(&task, &is_run)) {
      rested = false;
      mutex_.Unlock();
      task();
      task = Task();
      mutex_.Lock();
      if (is_run) {
        run_threads_busy_--;
      } else {
        service_busy_ = false;
      }
      // Services could not be taken while this thread had one; now it may go for a run instead.
      const Help help = CallHelp(1);
      if (help != Help::kNone) {
        mutex_.Unlock();
        Send(help);
        mutex_.Lock();
      }
    } else if (closed_) {
      break;
    } else if (!rested && !lingering_) {
      rested = true;
      Linger();
    } else {
      idle_++;
      work_.Wait();
      idle_--;
      if (coming_ > 0) coming_--;
    }
  }
  threads_--;
  ended_.SignalAll();
}

void StepPool::Linger() {
  lingering_ = true;
  posted_.store(false, std::memory_order_relaxed);
  mutex_.Unlock();
  const Clock::time_point end = Clock::now() + kLinger;
  while (!posted_.load(std::memory_order_acquire) && Clock::now() < end) std::this_thread::yield();
  mutex_.Lock();
  lingering_ = false;
}

void StepPool::Detach() {
  Help help;
  {
    MutexLock lock(&mutex_);
    run_threads_busy_--;
    detached_++;
    help = CallHelp(0);
  }
  Send(help);
}

void StepPool::Attach() {
  MutexLock lock(&mutex_);
  run_threads_busy_++;
  detached_--;
}

void StepPool::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  work_.SignalAll();
}

bool StepPool::AwaitEnd(Clock::time_point deadline) {
  MutexLock lock(&mutex_);
  while (threads_ > 0) {
    if (!ended_.WaitUntil(deadline)) return threads_ == 0;
  }
  return true;
}

}  // namespace baton
