#include "step_pool.h"

#include <thread>
#include <utility>

namespace baton {

void StepPool::Post(std::deque<Task>* queue, Task task) {
  std::shared_ptr<void> alive = keep_alive_.lock();
  MutexLock lock(&mutex_);
  queue->push_back(std::move(task));
  const size_t takeable = runs_.size() + (services_.empty() || service_busy_ ? 0 : 1);
  if (static_cast<size_t>(idle_) >= takeable || threads_ > kMaxRunThreads) {
    work_.Signal();
    return;
  }
  threads_++;
  std::thread([this, alive = std::move(alive)]() mutable {
    Loop();
    alive.reset();
  }).detach();
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
        if (!services_.empty()) work_.Signal();
      }
    } else if (closed_) {
      break;
    } else {
      idle_++;
      work_.Wait();
      idle_--;
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
