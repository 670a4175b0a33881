#include "step_pool.h"

#include <system_error>
#include <thread>
#include <utility>

namespace baton {

void StepPool::Post(std::deque<Task>* queue, Task task) {
  Help help;
  {
    MutexLock lock(&mutex_);
    queue->push_back(std::move(task));
    help = CallHelp(0);
  }
  Send(help);
}

StepPool::Help StepPool::CallHelp(size_t here) {
  const size_t takeable = runs_.size() + (services_.empty() || service_busy_ ? 0 : 1);
  if (here + static_cast<size_t>(coming_) >= takeable) return Help::kNone;
  if (idle_ > coming_) {
    coming_++;
    return Help::kWake;
  }
  if (threads_ > kMaxRunThreads) return Help::kNone;
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
  *is_run = !runs_.empty() && run_threads_busy_ < kMaxRunThreads;
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
  for (;;) {
    Task task;
    bool is_run = false;
    if (Take(&task, &is_run)) {
      mutex_.Unlock();
      task();
      task = nullptr;
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
