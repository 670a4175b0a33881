#include "call_desk.h"

#include <algorithm>
#include <utility>

#include "instance.h"

namespace baton {

bool CallDesk::IsOpenFor(const Waiter& waiter) {
  return phase_ == Phase::kOpen || (phase_ == Phase::kDraining && waiter.is_output);
}

template <typename Call>
baton_status CallDesk::Await(Call call, Waiter* waiter, int64_t timeout_ms) {
  const Clock::time_point deadline = DeadlineIn(timeout_ms);
  MutexLock lock(&mutex_);
  // Under the lock: the closing of an instance, which the engine's thread may be waiting in, finds
  // this waiter, or this one sees it.
  if (!IsOpenFor(*waiter) || waiter->instance->closing()) return BATON_ERROR_CLOSING;
  const uint64_t ticket = ++last_ticket_;
  call.ticket = ticket;
  waiters_.emplace(ticket, waiter);
  try {
    inbox_->Push(std::move(call));
  } catch (...) {
    waiters_.erase(ticket);  // it lives on this thread's stack
    throw;
  }
  while (!waiter->answered) {
    if (!answered_.WaitUntil(deadline) && !waiter->answered) {
      waiters_.erase(ticket);
      inbox_->Push(CallDropped{ticket});
      return BATON_ERROR_TIMED_OUT;
    }
  }
  return waiter->status;
}

baton_status CallDesk::Hop(Called call, const Instance* instance, int64_t timeout_ms,
                           JobInfo* info) {
  Waiter waiter{instance, info, nullptr};
  return Await(std::move(call), &waiter, timeout_ms);
}

baton_status CallDesk::HopRest(RestCalled call, const Instance* instance, RestAnswer* answer) {
  Waiter waiter{instance, nullptr, answer};
  return Await(std::move(call), &waiter, -1);
}

baton_status CallDesk::HopOutput(OutputCalled call, const Instance* instance) {
  Waiter waiter{instance, nullptr, nullptr, true};
  return Await(std::move(call), &waiter, -1);
}

baton_status CallDesk::HopRoute(RouteAsked call, const Instance* instance) {
  Waiter waiter{instance, nullptr, nullptr};
  return Await(std::move(call), &waiter, -1);
}

baton_status CallDesk::HopBegin(RunBegins call, const Instance* instance) {
  Waiter waiter{instance, nullptr, nullptr};
  return Await(std::move(call), &waiter, -1);
}

bool CallDesk::Answer(uint64_t ticket, baton_status status, const JobInfo* info) {
  return AnswerWaiter(ticket, status, info, nullptr);
}

bool CallDesk::AnswerRest(uint64_t ticket, baton_status status, RestAnswer answer) {
  return AnswerWaiter(ticket, status, nullptr, &answer);
}

bool CallDesk::AnswerWaiter(uint64_t ticket, baton_status status, const JobInfo* info,
                            RestAnswer* rest) {
  MutexLock lock(&mutex_);
  const auto at = waiters_.find(ticket);
  if (at == waiters_.end()) return false;
  Waiter* waiter = at->second;
  if (info != nullptr && waiter->info != nullptr) *waiter->info = *info;
  if (rest != nullptr && waiter->rest != nullptr) *waiter->rest = std::move(*rest);
  waiter->status = status;
  waiter->answered = true;
  waiters_.erase(at);
  answered_.SignalAll();
  return true;
}

void CallDesk::BeginClose() {
  SendAway([](const Waiter& waiter) { return !waiter.is_output; }, Phase::kDraining);
}

void CallDesk::Close(const Instance* instance) {
  SendAway([instance](
               const Waiter& waiter) { return instance == nullptr || waiter.instance == instance; },
           instance == nullptr ? Phase::kClosed : Phase::kOpen);
}

void CallDesk::SendAway(const std::function<bool(const Waiter&)>& leaves, Phase next) {
  MutexLock lock(&mutex_);
  phase_ = std::max(phase_, next);
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    if (!leaves(*at->second)) {
      ++at;
      continue;
    }
    at->second->status = BATON_ERROR_CLOSING;
    at->second->answered = true;
    at = waiters_.erase(at);
  }
  answered_.SignalAll();
}

}  // namespace baton
