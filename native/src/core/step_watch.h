// The time-outs of steps: one StepWatch for each run whose steps have one, and the thread that looks
// at all of them. A run without a time-out has none, and costs nothing here.
#ifndef BATON_CORE_STEP_WATCH_H_
#define BATON_CORE_STEP_WATCH_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "mutex.h"
#include "run_control.h"

namespace baton {

// The time of the steps of one run. Times do not run out any more once its run is told to close.
class StepWatch {
 public:
  enum class Verdict {
    kInTime,
    kTooLate,   // it was told, or it has taken longer without anybody having had time to tell it
    kLeftAlone  // its run has ended meanwhile, as `leave_alone` said
  };
  // Ends the run whose step does not return; `spent`: in all its steps until now. Must not wait.
  using LeaveAlone = std::function<void(Clock::duration spent)>;

  // `leave_alone` is called at most once, by the watching thread; null: such a run waits for its
  // step.
  StepWatch(int64_t timeout_ms, std::shared_ptr<RunControl> control, LeaveAlone leave_alone);
  StepWatch(const StepWatch&) = delete;
  StepWatch& operator=(const StepWatch&) = delete;

  // --- The run's thread.

  // A step begins now; `spent` in those before it.
  void Begin(Clock::time_point now, Clock::duration spent);
  // It has returned. After kLeftAlone everybody knows of that end, and Begin is not called any more.
  Verdict End();

  // --- Any thread.

  // Whether the time of the step that runs is over.
  bool IsOver() const { return word_.load(std::memory_order_acquire) < 0; }
  bool IsLeftAlone() const { return word_.load(std::memory_order_acquire) == kLeft; }
  int64_t timeout_ms() const { return timeout_ms_; }

  // --- The watching thread.

  // Tells the step if its time is over. Returns when to look again; not after `now`: it has had its
  // grace, too.
  Clock::time_point Look(Clock::time_point now, Clock::duration grace);
  // False: it has returned after all. Otherwise there is nothing to look at any more.
  bool Leave(Clock::time_point now, Clock::duration grace);

 private:
  static constexpr int64_t kLeft = std::numeric_limits<int64_t>::min();

  bool IsClosing() const { return (control_->Read() & RunControl::kClosing) != 0; }

  // Constant after construction.
  const int64_t timeout_ms_;
  const Clock::duration timeout_;
  const std::shared_ptr<RunControl> control_;
  const LeaveAlone leave_alone_;

  // 0: between two steps. Above: until when the step may take, in ticks of the clock. Below: the
  // same, negated: it was told. kLeft: left alone.
  std::atomic<int64_t> word_{0};
  // In ticks, before the present step.
  std::atomic<int64_t> spent_{0};
  Mutex leaving_;  // while it is being left alone
};

// Looks at all watches when there is something to see. Any thread. Its thread starts with the first
// watch, and sleeps without end while there is none.
class StepWatcher {
 public:
  explicit StepWatcher(int64_t grace_ms)
      : grace_(std::chrono::milliseconds(grace_ms)), changed_(&mutex_) {}

  // `keep_alive` owns this object; its thread holds it until Close.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  // Of a run that begins to step. Without a thread to be had nobody is told; steps are judged when
  // they return all the same.
  void Add(std::shared_ptr<StepWatch> watch);
  void Remove(const std::shared_ptr<StepWatch>& watch);

  void Close();

 private:
  using Watches = std::set<std::shared_ptr<StepWatch>>;

  bool HasThread() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Loop() LOCKS_EXCLUDED(mutex_);
  // Tells whose time is over. Answers those that have had their grace, and when to look again.
  std::vector<std::shared_ptr<StepWatch>> LookAtAll(Clock::time_point* next)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Sleep(Clock::time_point until) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after Start.
  const Clock::duration grace_;
  std::weak_ptr<void> keep_alive_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  Watches watches_ GUARDED_BY(mutex_);
  Clock::time_point wakes_at_ GUARDED_BY(mutex_) = Clock::time_point::max();
  bool started_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_STEP_WATCH_H_
