// What others want of a run that has begun: one atomic word, read by the run once a step; and what it
// has to say, once it pushes something. Any thread.
#ifndef BATON_CORE_RUN_CONTROL_H_
#define BATON_CORE_RUN_CONTROL_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "baton.h"
#include "lane_queue.h"
#include "pushed_sample.h"

namespace baton {

class RunControl {
 public:
  enum Bit : uint32_t {
    kPause = 1,
    kCancel = 2,
    kClosing = 4,
    kTickStep = 8,   // the ticker: look at the clock between steps
    kTickPush = 16,  // the ticker: tell the engine what was pushed
    kDecided = 32,   // the run has decided how it ends; a pause cannot be taken back any more
    kKept = 64       // the run: there is something to tell when the ticker comes by
  };

  explicit RunControl(Offered job) : from_lane(std::move(job)) {}
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;
  ~RunControl() { delete pushed_.load(std::memory_order_acquire); }

  // Of a job that came by the lane: as it was submitted, and itself. Null for what the engine admitted.
  const Offered from_lane;

  void Raise(Bit bit) { bits_.fetch_or(bit, std::memory_order_acq_rel); }
  uint32_t Read() const { return bits_.load(std::memory_order_acquire); }
  // Clears a bit; true if it was set.
  bool Lower(Bit bit) {
    return (bits_.fetch_and(~uint32_t{bit}, std::memory_order_acq_rel) & bit) != 0;
  }

  // What it pushes; null: it has not pushed anything. It is set once, by the run.
  PushedSample* pushed() const { return pushed_.load(std::memory_order_acquire); }
  void set_pushed(std::unique_ptr<PushedSample> pushed) {
    pushed_.store(pushed.release(), std::memory_order_release);
  }
  bool HasKept() const { return (Read() & kKept) != 0; }
  // Tells what was kept. False if nothing was. REQUIRES: the engine has heard of the run, and not of
  // its end.
  bool TellKept() {
    // Looked at after the bit is cleared: what is pushed from now on sets it again.
    if (!HasKept() || !Lower(kKept)) return false;
    try {
      pushed()->TellKept();
    } catch (...) {
      Raise(kKept);
      throw;
    }
    return true;
  }

  // Takes back a pause that is not yet honoured; false if there is none, or it is too late.
  bool TakeBackPause() {
    uint32_t bits = Read();
    while ((bits & kPause) != 0 && (bits & kDecided) == 0) {
      if (bits_.compare_exchange_weak(bits, bits & ~uint32_t{kPause}, std::memory_order_acq_rel))
        return true;
    }
    return false;
  }

  // All that concerns a run between two of its steps.
  static constexpr uint32_t kAttention = kPause | kCancel | kClosing | kTickStep;

  // If anything asks this run to end, decides for that and returns it; else 0, and nothing is
  // decided.
  int32_t DecideIfAsked() {
    uint32_t bits = Read();
    while (Reason(bits) != 0) {
      if (bits_.compare_exchange_weak(bits, bits | kDecided, std::memory_order_acq_rel))
        return Reason(bits);
    }
    return 0;
  }

  // The run ends by itself. Returns what it was asked for until now; what comes later comes too
  // late for it.
  int32_t Decide() { return Reason(bits_.fetch_or(kDecided, std::memory_order_acq_rel)); }

  // The stop reason that `bits` ask for, 0 for none. Cancel beats pause; closing is last: both are
  // kept on record.
  static int32_t Reason(uint32_t bits) {
    if ((bits & kCancel) != 0) return BATON_STOP_CANCELED;
    if ((bits & kPause) != 0) return BATON_STOP_PAUSED;
    if ((bits & kClosing) != 0) return BATON_STOP_CLOSING;
    return 0;
  }

 private:
  std::atomic<uint32_t> bits_{0};
  std::atomic<PushedSample*> pushed_{nullptr};  // owned
};

}  // namespace baton

#endif  // BATON_CORE_RUN_CONTROL_H_
