#include "loop_queue.h"

namespace baton {
namespace {

// So long one job at most keeps the others waiting, unless a single step takes longer.
constexpr std::chrono::milliseconds kSlice(1);

}  // namespace

void LoopQueue::Post(Task task) {
  MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
  changed_.SignalAll();
  if (tasks_.size() == 1 && wake_) wake_();
}

bool LoopQueue::RunOne() {
  Task task;
  {
    MutexLock lock(&mutex_);
    if (tasks_.empty()) return false;
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  if (!task(Clock::now() + kSlice)) return true;
  MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
  return true;
}

size_t LoopQueue::size() {
  MutexLock lock(&mutex_);
  return tasks_.size();
}

void LoopQueue::Poke() {
  MutexLock lock(&mutex_);
  poked_ = true;
  changed_.SignalAll();
}

bool LoopQueue::AwaitWork(Clock::time_point deadline) {
  MutexLock lock(&mutex_);
  while (tasks_.empty() && !poked_) {
    if (!changed_.WaitUntil(deadline)) return false;
  }
  poked_ = false;
  return true;
}

void LoopQueue::Close() {
  MutexLock lock(&mutex_);
  wake_ = nullptr;
}

}  // namespace baton
