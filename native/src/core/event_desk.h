// Who is subscribed to what happens to jobs, and what waits for each of them. Any thread, but
// TellEvents: the engine's.
//
// Each subscription has a queue of its own with a bound, and at most one thread of the request pool
// is in its listener: so its events come one by one and in order, and a slow listener costs nobody
// but itself.
#ifndef BATON_CORE_EVENT_DESK_H_
#define BATON_CORE_EVENT_DESK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "baton.h"
#include "inbox.h"
#include "mutex.h"
#include "record.h"
#include "request_pool.h"

namespace baton {

class Instance;
struct Kernel;

struct Event {
  int32_t kind = 0;
  int32_t from = 0;  // of CHANGED
  JobInfo job;
};

class EventDesk {
 public:
  static constexpr size_t kMaxWaiting = 10000;
  static constexpr size_t kMaxSubscriptions = 64;  // of one instance
  static constexpr int kTurn = 100;  // so many events, then others have their turn on the thread

  EventDesk(Kernel* kernel, Inbox* inbox, RequestPool* pool)
      : kernel_(kernel), inbox_(inbox), pool_(pool) {}

  // Tells the engine what is wanted now. Errors: INVALID_ARGUMENT, UNSUPPORTED, TOO_LARGE, CLOSING.
  baton_status Subscribe(Instance* instance, uint32_t mask, baton_listener listener, void* data);

  // Queues events for those whose subscription the engine had heard of, by its `generation`.
  void Tell(uint64_t generation, std::vector<Event> events);

  // Forgets the subscriptions of one instance, or (null) all and for ever. A listener that is being
  // called is counted by its instance; no other call begins.
  void Close(const Instance* instance);

 private:
  struct Waiting {
    std::shared_ptr<const Event> event;
    uint32_t missed;  // before it
  };
  struct Subscription {
    Instance* instance;
    uint32_t mask;
    baton_listener listener;
    void* data;
    uint64_t generation;
    // Guarded by the desk's mutex.
    std::deque<Waiting> waiting;
    uint32_t missed = 0;  // since the last that waits
    bool posted = false;  // a task of the pool sees to it
    bool closed = false;
  };
  using Shared = std::shared_ptr<Subscription>;

  void TellEngine() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // True if the subscription needs a task.
  static bool Add(Subscription* subscription, const std::shared_ptr<const Event>& event);
  void Deliver(const Shared& subscription);
  bool TakeNext(const Shared& subscription, Waiting* next);
  bool Call(const Subscription& subscription, const Waiting& next);

  // Constant after construction.
  Kernel* const kernel_;
  Inbox* const inbox_;
  RequestPool* const pool_;

  Mutex mutex_;
  // Guarded by mutex_.
  std::vector<Shared> subscriptions_ GUARDED_BY(mutex_);
  uint64_t generation_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool holds_lane_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_EVENT_DESK_H_
