// What the steps of one run have pushed, on its way to the engine. The run tells it, at most once in `sample_ms`
// (RunControl::kTickPush); what it says before it may again is kept here, and the ticker tells it when
// that time is over: the step may be silent for hours then. Any thread.
#ifndef BATON_CORE_PUSHED_SAMPLE_H_
#define BATON_CORE_PUSHED_SAMPLE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "inbox.h"
#include "mutex.h"
#include "record.h"

namespace baton {

class Payload;
struct OwnedJob;

// The time a run has spent in steps: so much `before`, and what has passed since the present ones began.
struct StepTime {
  Clock::duration before{};
  Clock::time_point since;
};

class PushedSample {
 public:
  PushedSample(Inbox* inbox, std::shared_ptr<OwnedJob> job) : inbox_(inbox), job_(std::move(job)) {}
  PushedSample(const PushedSample&) = delete;
  PushedSample& operator=(const PushedSample&) = delete;

  // --- The run's thread.

  // `sample` is told now, with the content that was kept if it says none.
  void Tell(Sample sample, int64_t runtime_ms);

  // It is kept. Without a lock, so that a push costs next to nothing.
  void KeepProgress(double progress) { progress_.store(progress, std::memory_order_relaxed); }
  void KeepContent(const std::string& content);
  // For when it is told. The parts of its progress are the payload's.
  void KeepTime(StepTime time, std::shared_ptr<Payload> payload);

  // --- The ticker. Tells what was kept.
  void TellKept();

 private:
  Inbox* const inbox_;
  const std::shared_ptr<OwnedJob> job_;

  std::atomic<double> progress_{0};
  Mutex mutex_;
  // Guarded by mutex_.
  Inbox::Seat seat_ GUARDED_BY(mutex_);  // of what was told last
  std::optional<std::string> content_ GUARDED_BY(mutex_);
  StepTime time_ GUARDED_BY(mutex_);
  std::shared_ptr<Payload> payload_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_PUSHED_SAMPLE_H_
