// The bound on waiting jobs: whoever submits needs room, first come first served. Any thread.
#ifndef BATON_CORE_ROOM_H_
#define BATON_CORE_ROOM_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include "inbox.h"
#include "mutex.h"

namespace baton {

class Instance;

class Room {
 public:
  // `limit` 0: no bound.
  Room(Inbox* inbox, int64_t limit) : inbox_(inbox), changed_(&mutex_), limit_(limit) {}

  // Takes room for `count` jobs, waiting for it up to `timeout_ms` (0: not at all). Errors:
  // QUEUE_FULL, CLOSING.
  baton_status Take(const Instance* instance, int64_t count, int64_t timeout_ms);

  // Takes room for `count` jobs now, else posts RoomGiven{ticket} once there is. Returns true if it
  // was taken now. REQUIRES: there may be so much.
  bool Request(uint64_t ticket, int64_t count);
  // Nobody waits for the ticket any more. False if it was given already: then give it back.
  bool Withdraw(uint64_t ticket);

  // So many jobs have left the waiting ones, or, below 0, entered them without a submit.
  void Give(int64_t count);

  void SetLimit(int64_t limit);
  int64_t Used();

  // Answers CLOSING to all that wait, of one instance or (null) of all and for ever.
  void Close(const Instance* instance);

 private:
  struct Waiter {
    uint64_t ticket = 0;  // 0: a thread waits
    const Instance* instance = nullptr;
    int64_t count = 1;
    enum { kWaiting, kGiven, kClosed } state = kWaiting;
  };
  // Takes room if there is some, whoever waits.
  bool TryTake(int64_t count);
  void Queue(const std::shared_ptr<Waiter>& waiter) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Serve() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(const std::shared_ptr<Waiter>& waiter) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Inbox* const inbox_;  // constant after construction

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  bool closed_ GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Waiter>> waiters_ GUARDED_BY(mutex_);

  // Room is taken and given back without the lock as long as nobody waits. Whoever begins to wait
  // sets `queued_` first and tries once more then; whoever gives room back does that first and looks
  // at `queued_` then. As these are in one order for all (the default of atomics), one of them at
  // least sees the other: no waiter is left behind.
  std::atomic<int64_t> limit_;
  std::atomic<int64_t> used_{0};
  std::atomic<bool> queued_{false};  // there are waiters, or it is closed; changed under mutex_
};

// Room that was taken: given back, unless there are jobs in it.
class TakenRoom {
 public:
  TakenRoom(Room* room, int64_t count) : room_(room), count_(count) {}
  ~TakenRoom() {
    if (room_ != nullptr) room_->Give(count_);
  }
  TakenRoom(const TakenRoom&) = delete;
  TakenRoom& operator=(const TakenRoom&) = delete;
  void Keep() { room_ = nullptr; }

 private:
  Room* room_;
  const int64_t count_;
};

}  // namespace baton

#endif  // BATON_CORE_ROOM_H_
