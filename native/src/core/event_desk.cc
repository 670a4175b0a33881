#include "event_desk.h"

#include <algorithm>
#include <utility>

#include "call_if_open.h"
#include "job_info.h"
#include "kernel.h"

namespace baton {
namespace {

constexpr uint32_t kAllEvents =
    BATON_EVENT_SUBMITTED | BATON_EVENT_CHANGED | BATON_EVENT_PROGRESSED | BATON_EVENT_FORGOTTEN;

}  // namespace

baton_status EventDesk::Subscribe(Instance* instance, uint32_t mask, baton_listener listener,
                                  void* data) {
  if (mask == 0 || listener == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  if ((mask & ~kAllEvents) != 0) return BATON_ERROR_UNSUPPORTED;
  MutexLock lock(&mutex_);
  if (closed_ || instance->closing()) return BATON_ERROR_CLOSING;
  const auto count =
      std::count_if(subscriptions_.begin(), subscriptions_.end(),
                    [&](const Shared& other) { return other->instance == instance; });
  if (static_cast<size_t>(count) >= kMaxSubscriptions) return BATON_ERROR_TOO_LARGE;
  auto subscription = std::make_shared<Subscription>();
  subscription->instance = instance;
  subscription->mask = mask;
  subscription->listener = listener;
  subscription->data = data;
  subscription->generation = generation_ + 1;
  subscriptions_.push_back(std::move(subscription));
  try {
    TellEngine();
  } catch (...) {
    subscriptions_.pop_back();  // its listener was promised nothing
    throw;
  }
  return BATON_OK;
}

void EventDesk::TellEngine() {
  uint32_t mask = 0;
  for (const Shared& subscription : subscriptions_) mask |= subscription->mask;
  // From here on the engine must hear of everything: also of what happens before it reads this.
  if (mask != 0 && !std::exchange(holds_lane_, true)) kernel_->ready.HoldLane();
  if (mask == 0 && std::exchange(holds_lane_, false)) kernel_->ready.UnholdLane();
  inbox_->Push(EventsWanted{mask, ++generation_});
}

void EventDesk::Tell(uint64_t generation, std::vector<Event> events) {
  std::vector<Shared> begun;
  {
    MutexLock lock(&mutex_);
    for (Event& told : events) {
      const auto event = std::make_shared<const Event>(std::move(told));
      for (const Shared& subscription : subscriptions_) {
        if (subscription->generation > generation) continue;
        if ((subscription->mask & static_cast<uint32_t>(event->kind)) == 0) continue;
        if (Add(subscription.get(), event)) begun.push_back(subscription);
      }
    }
  }
  for (const Shared& subscription : begun) {
    pool_->Post([this, subscription] { Deliver(subscription); });
  }
}

bool EventDesk::Add(Subscription* subscription, const std::shared_ptr<const Event>& event) {
  if (subscription->waiting.size() >= kMaxWaiting) {
    if (subscription->missed < UINT32_MAX) subscription->missed++;
    return false;
  }
  subscription->waiting.push_back({event, std::exchange(subscription->missed, 0)});
  return !std::exchange(subscription->posted, true);
}

void EventDesk::Deliver(const Shared& subscription) {
  Waiting next;
  for (int i = 0; i < kTurn; i++) {
    if (!TakeNext(subscription, &next)) return;
    // Of a host that closes nothing more will be told.
    if (!Call(*subscription, next)) return;
  }
  pool_->Post([this, subscription] { Deliver(subscription); });
}

// False, and the subscription needs a new task for what comes: there is nothing.
bool EventDesk::TakeNext(const Shared& subscription, Waiting* next) {
  MutexLock lock(&mutex_);
  subscription->posted = !subscription->closed && !subscription->waiting.empty();
  if (!subscription->posted) return false;
  *next = std::move(subscription->waiting.front());
  subscription->waiting.pop_front();
  return true;
}

bool EventDesk::Call(const Subscription& subscription, const Waiting& next) {
  const baton_job_info info = ToC(next.event->job);
  baton_event event = {};
  event.struct_size = sizeof event;
  event.kind = next.event->kind;
  event.from = next.event->from;
  event.missed = next.missed;
  event.job = &info;
  return CallIfOpen(kernel_, subscription.instance,
                    [&] { subscription.listener(subscription.data, &event); });
}

void EventDesk::Close(const Instance* instance) {
  std::vector<Shared> closed;  // destroyed without the lock
  MutexLock lock(&mutex_);
  if (instance == nullptr) closed_ = true;
  const auto stays = [&](const Shared& one) {
    return instance != nullptr && one->instance != instance;
  };
  const auto middle = std::stable_partition(subscriptions_.begin(), subscriptions_.end(), stays);
  std::move(middle, subscriptions_.end(), std::back_inserter(closed));
  subscriptions_.erase(middle, subscriptions_.end());
  for (const Shared& subscription : closed) {
    subscription->closed = true;
    subscription->waiting.clear();
  }
  if (!closed.empty()) TellEngine();
}

}  // namespace baton
