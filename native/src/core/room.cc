#include "room.h"

#include <algorithm>

#include "instance.h"

namespace baton {

bool Room::TryTake(int64_t count) {
  int64_t used = used_;
  do {
    const int64_t limit = limit_;
    if (limit != 0 && used + count > limit) return false;
  } while (!used_.compare_exchange_weak(used, used + count));
  return true;
}

baton_status Room::Take(const Instance* instance, int64_t count, int64_t timeout_ms) {
  if (!queued_ && TryTake(count)) return BATON_OK;
  MutexLock lock(&mutex_);
  // Under the lock: the closing of an instance finds this waiter, or this one sees it.
  if (closed_ || instance->closing()) return BATON_ERROR_CLOSING;
  // There never will be: it must not stand in front of others.
  if (limit_ != 0 && count > limit_) return BATON_ERROR_QUEUE_FULL;
  if (waiters_.empty() && TryTake(count)) return BATON_OK;
  if (timeout_ms == 0) return BATON_ERROR_QUEUE_FULL;
  const auto waiter = std::make_shared<Waiter>();
  waiter->instance = instance;
  waiter->count = count;
  Queue(waiter);
  const Clock::time_point deadline = DeadlineIn(timeout_ms);
  while (waiter->state == Waiter::kWaiting) {
    if (!changed_.WaitUntil(deadline) && waiter->state == Waiter::kWaiting) {
      Drop(waiter);
      Serve();  // one behind it may need less
      return BATON_ERROR_QUEUE_FULL;
    }
  }
  return waiter->state == Waiter::kGiven ? BATON_OK : BATON_ERROR_CLOSING;
}

bool Room::Request(uint64_t ticket, int64_t count) {
  MutexLock lock(&mutex_);
  if (closed_) return false;
  if (waiters_.empty() && TryTake(count)) return true;
  const auto waiter = std::make_shared<Waiter>();
  waiter->ticket = ticket;
  waiter->count = count;
  Queue(waiter);
  return false;
}

void Room::Queue(const std::shared_ptr<Waiter>& waiter) {
  waiters_.push_back(waiter);
  queued_ = true;
  Serve();
}

bool Room::Withdraw(uint64_t ticket) {
  MutexLock lock(&mutex_);
  for (const auto& waiter : waiters_) {
    if (waiter->ticket != ticket) continue;
    Drop(std::shared_ptr<Waiter>(waiter));
    Serve();  // one behind it may need less
    return true;
  }
  return false;
}

void Room::Drop(const std::shared_ptr<Waiter>& waiter) {
  waiters_.erase(std::remove(waiters_.begin(), waiters_.end(), waiter), waiters_.end());
}

void Room::Serve() {
  bool woken = false;
  while (!waiters_.empty() && TryTake(waiters_.front()->count)) {
    const std::shared_ptr<Waiter> waiter = waiters_.front();
    waiters_.pop_front();
    waiter->state = Waiter::kGiven;
    if (waiter->ticket != 0) {
      inbox_->Push(RoomGiven{waiter->ticket});
    } else {
      woken = true;
    }
  }
  if (woken) changed_.SignalAll();
  queued_ = closed_ || !waiters_.empty();
}

void Room::Give(int64_t count) {
  used_ -= count;
  if (!queued_) return;
  MutexLock lock(&mutex_);
  Serve();
}

void Room::SetLimit(int64_t limit) {
  MutexLock lock(&mutex_);
  limit_ = limit;
  Serve();
}

int64_t Room::Used() { return used_; }

void Room::Close(const Instance* instance) {
  MutexLock lock(&mutex_);
  if (instance == nullptr) closed_ = true;
  const auto leaves = [&](const std::shared_ptr<Waiter>& waiter) {
    if (instance != nullptr && waiter->instance != instance) return false;
    waiter->state = Waiter::kClosed;
    return true;
  };
  waiters_.erase(std::remove_if(waiters_.begin(), waiters_.end(), leaves), waiters_.end());
  changed_.SignalAll();
  Serve();
}

}  // namespace baton
