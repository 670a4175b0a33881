#include "step_watch.h"

#include <system_error>
#include <thread>

namespace baton {
namespace {

int64_t TicksOf(Clock::time_point time) { return time.time_since_epoch().count(); }

Clock::time_point TimeOf(int64_t ticks) { return Clock::time_point(Clock::duration(ticks)); }

}  // namespace

StepWatch::StepWatch(int64_t timeout_ms, std::shared_ptr<RunControl> control,
                     LeaveAlone leave_alone)
    : timeout_ms_(timeout_ms),
      timeout_(std::chrono::milliseconds(timeout_ms)),
      control_(std::move(control)),
      leave_alone_(std::move(leave_alone)) {}

void StepWatch::Begin(Clock::time_point now, Clock::duration spent) {
  spent_.store(spent.count(), std::memory_order_relaxed);
  word_.store(TicksOf(now + timeout_), std::memory_order_release);
}

StepWatch::Verdict StepWatch::End() {
  int64_t word = word_.load(std::memory_order_acquire);
  // What is left alone stays so.
  while (word != kLeft && !word_.compare_exchange_weak(word, 0, std::memory_order_acq_rel)) {
  }
  if (word == kLeft) {
    MutexLock lock(&leaving_);  // until that end is told
    return Verdict::kLeftAlone;
  }
  if (IsClosing()) return Verdict::kInTime;
  const bool in_time = word > 0 && TicksOf(Clock::now()) < word;
  return in_time ? Verdict::kInTime : Verdict::kTooLate;
}

Clock::time_point StepWatch::Look(Clock::time_point now, Clock::duration grace) {
  if (IsClosing()) return Clock::time_point::max();
  int64_t word = word_.load(std::memory_order_acquire);
  // A step that began meanwhile is not the one whose time is over.
  while (word > 0 && TimeOf(word) <= now &&
         !word_.compare_exchange_weak(word, -word, std::memory_order_acq_rel)) {
  }
  if (word == 0 || word == kLeft) return now + timeout_;  // the next step has at least so long
  const Clock::time_point over = TimeOf(word > 0 ? word : -word);
  if (over > now) return over;
  return leave_alone_ ? over + grace : now + timeout_;
}

bool StepWatch::Leave(Clock::time_point now, Clock::duration grace) {
  MutexLock lock(&leaving_);
  int64_t word = word_.load(std::memory_order_acquire);
  if (word >= 0 || word == kLeft || TimeOf(-word) + grace > now || IsClosing()) return false;
  const Clock::time_point began = TimeOf(-word) - timeout_;
  if (!word_.compare_exchange_strong(word, kLeft, std::memory_order_acq_rel)) return false;
  leave_alone_(Clock::duration(spent_.load(std::memory_order_relaxed)) + (now - began));
  return true;
}

void StepWatcher::Add(std::shared_ptr<StepWatch> watch) {
  const Clock::time_point next = Clock::now() + std::chrono::milliseconds(watch->timeout_ms());
  MutexLock lock(&mutex_);
  if (closed_ || !HasThread()) return;
  watches_.insert(std::move(watch));
  if (next < wakes_at_) changed_.Signal();
}

void StepWatcher::Remove(const std::shared_ptr<StepWatch>& watch) {
  MutexLock lock(&mutex_);
  watches_.erase(watch);
}

void StepWatcher::Close() {
  Watches left;  // destroyed without the lock
  MutexLock lock(&mutex_);
  closed_ = true;
  left.swap(watches_);
  changed_.Signal();
}

bool StepWatcher::HasThread() {
  if (started_) return true;
  try {
    std::thread([this, alive = keep_alive_.lock()]() mutable {
      Loop();
      alive.reset();
    }).detach();
    started_ = true;
  } catch (const std::system_error&) {
    // The next run tries again.
  }
  return started_;
}

std::vector<std::shared_ptr<StepWatch>> StepWatcher::LookAtAll(Clock::time_point* next) {
  std::vector<std::shared_ptr<StepWatch>> overdue;
  const Clock::time_point now = Clock::now();
  *next = Clock::time_point::max();
  for (const auto& watch : watches_) {
    const Clock::time_point again = watch->Look(now, grace_);
    if (again <= now) {
      overdue.push_back(watch);
    } else if (again < *next) {
      *next = again;
    }
  }
  return overdue;
}

void StepWatcher::Loop() {
  MutexLock lock(&mutex_);
  while (!closed_) {
    Clock::time_point next;
    const std::vector<std::shared_ptr<StepWatch>> overdue = LookAtAll(&next);
    if (overdue.empty()) {
      Sleep(next);
      continue;
    }
    mutex_.Unlock();
    std::vector<std::shared_ptr<StepWatch>> left;
    for (const auto& watch : overdue) {
      if (watch->Leave(Clock::now(), grace_)) left.push_back(watch);
    }
    mutex_.Lock();
    for (const auto& watch : left) watches_.erase(watch);
  }
}

void StepWatcher::Sleep(Clock::time_point until) {
  wakes_at_ = until;
  if (until == Clock::time_point::max()) {
    changed_.Wait();
  } else {
    changed_.WaitUntil(until);
  }
  wakes_at_ = Clock::time_point::min();  // awake, it looks by itself
}

}  // namespace baton
