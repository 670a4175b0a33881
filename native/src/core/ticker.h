// The one clock of all runs: raises a flag in each at every tick, so that a step costs an atomic
// load and no clock; tells what they have pushed and may not tell yet; and wakes the engine for what all of
// them have pushed, once for each time they were told to. Any thread. Sleeps without end while nothing runs.
#ifndef BATON_CORE_TICKER_H_
#define BATON_CORE_TICKER_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "boundary.h"
#include "core_options.h"
#include "inbox.h"
#include "mutex.h"
#include "ready_list.h"

namespace baton {

class Ticker {
 public:
  Ticker(ReadyList* ready, Inbox* inbox, const CoreOptions& options)
      : ready_(ready),
        inbox_(inbox),
        tick_ms_(options.tick_ms),
        ticks_(std::max<int64_t>(options.sample_ms / options.tick_ms, 1)),
        changed_(&mutex_) {}

  // `keep_alive` owns this object; the ticker's thread holds it until Close.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  // Something runs.
  void Poke() {
    // Whoever sees that it is poked has begun before it is cleared, and all that has begun is looked
    // at after that.
    if (poked_) return;
    MutexLock lock(&mutex_);
    poked_ = true;
    if (started_ || closed_) {
      // Between two ticks it looks by itself.
      if (std::exchange(asleep_, false)) changed_.Signal();
      return;
    }
    try {
      std::thread([this, alive = keep_alive_.lock()]() mutable {
        Loop();
        alive.reset();
      }).detach();
      started_ = true;
    } catch (const std::system_error&) {
      // The next poke tries again; until then runs do without a clock.
      poked_ = false;
    }
  }

  void Close() {
    MutexLock lock(&mutex_);
    closed_ = true;
    changed_.Signal();
  }

 private:
  void Loop() {
    for (int64_t tick = 1; AwaitTick(); tick++) {
      // Half the time later: short steps have answered by then.
      if (tick % ticks_ == ticks_ / 2) inbox_->Nudge();
      ready_->Raise(RunControl::kTickStep);
      if (tick % ticks_ == 0) TellPushes();
      if (!ready_->HasBegun()) continue;
      MutexLock lock(&mutex_);
      poked_ = true;
    }
  }

  // Without memory to be had they stay where they are until the next time.
  void TellPushes() {
    Bounded([this] {
      ready_->TickPushes();
      return BATON_OK;
    });
  }

  // False once closed.
  bool AwaitTick() {
    MutexLock lock(&mutex_);
    while (!poked_ && !closed_) {
      asleep_ = true;
      changed_.Wait();
    }
    asleep_ = poked_ = false;
    const Clock::time_point next = Clock::now() + std::chrono::milliseconds(tick_ms_);
    while (!closed_ && changed_.WaitUntil(next)) {
    }
    return !closed_;
  }

  // Constant after Start.
  ReadyList* const ready_;
  Inbox* const inbox_;
  const int64_t tick_ms_;
  const int64_t ticks_;  // from one sample of a run to its next
  std::weak_ptr<void> keep_alive_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  bool started_ GUARDED_BY(mutex_) = false;
  bool asleep_ GUARDED_BY(mutex_) = false;  // until somebody pokes
  bool closed_ GUARDED_BY(mutex_) = false;

  // Something runs, or did since the last tick. Changed under mutex_ only.
  std::atomic<bool> poked_{false};
};

}  // namespace baton

#endif  // BATON_CORE_TICKER_H_
