// A plugin instance: one library in one environment that loaded it, and the baton_host it sees. Any
// thread.
//
// Instances are never destroyed, since a plugin may keep its baton_host for ever: a closed one
// answers CLOSING.
#ifndef BATON_CORE_INSTANCE_H_
#define BATON_CORE_INSTANCE_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "baton.h"
#include "mutex.h"
#include "new_job.h"
#include "tally.h"

namespace baton {

struct Kernel;
class LoopBorder;

class Instance {
 public:
  // The calling thread becomes the loop thread.
  static Instance* New(std::string plugin, std::shared_ptr<Kernel> kernel);

  // From now on plugins of new instances are given what this answers, instead of `host`. Process
  // wide.
  using Interposer = const baton_host* (*)(const baton_host* host);
  static void SetInterposer(Interposer interposer);

  // Null if `host` cannot be one.
  static Instance* From(const baton_host* host);

  // What the plugin is given.
  const baton_host* host() const { return seen_; }
  const std::string& plugin() const { return plugin_; }
  Tally& tally() { return tally_; }
  LoopBorder* loop_border() const { return loop_border_.get(); }
  std::thread::id loop_thread() const { return loop_thread_; }
  bool OnLoopThread() const { return std::this_thread::get_id() == loop_thread_; }

  // What jobs of this type have in common. Those of the first kMaxKinds types are kept for ever, so that
  // no job counts who has them.
  static constexpr size_t kMaxKinds = 1000;
  std::shared_ptr<const JobKind> KindOf(const std::string& type);

  // The host's inside, for the duration of one call; null once this instance is closed.
  std::shared_ptr<Kernel> Enter();

  // The instance begins to close: nothing new is taken from it or started for it. Enter still
  // works.
  void BeginClose() { closing_.store(true); }
  bool closing() const { return closing_.load(); }

  // From now on Enter answers null.
  void Close();

  // Callbacks that are being executed. BeginNew, for what the host may also leave undone (revive, a
  // route's handler), refuses once the instance is closing; so after BeginClose and AwaitIdle
  // nothing of the plugin runs.
  bool BeginNew();
  void EnterCallback();
  void LeaveCallback();
  // Of those, one that nobody waits for, and that it is as any other again.
  void LeaveAlone();
  void Regain();
  // Waits for the callbacks of other threads. Returns false if any callback is still being executed
  // then, or at `deadline`.
  bool AwaitIdle(Clock::time_point deadline);
  // True if only callbacks of this thread are being executed, and those that nobody waits for.
  bool IdleElsewhere();
  bool Idle();

 private:
  Instance(std::string plugin, std::shared_ptr<Kernel> kernel);

  // Constant after construction.
  baton_host host_;
  const baton_host* seen_;
  const std::string plugin_;
  const std::thread::id loop_thread_;
  const std::shared_ptr<LoopBorder> loop_border_;

  alignas(kCacheLine) Tally tally_;  // locks for itself
  std::atomic<bool> closing_{false};

  alignas(kCacheLine) Mutex mutex_;
  CondVar idle_;
  // Guarded by mutex_.
  std::shared_ptr<Kernel> kernel_ GUARDED_BY(mutex_);
  std::map<std::string, const JobKind> kinds_ GUARDED_BY(mutex_);  // by type; none is ever removed
  int left_alone_ GUARDED_BY(mutex_) = 0;  // of those that are being executed

  // Callbacks that are being executed. Whoever waits for them says so first and counts then; whoever
  // leaves one uncounts it first and looks then whether somebody waits. As these are in one order for
  // all (the default of atomics), one of them at least sees the other. On a cache line of their own:
  // each callback of each thread writes there.
  alignas(kCacheLine) std::atomic<int> executing_{0};
  std::atomic<bool> awaited_{false};  // somebody waits, or has waited; changed under mutex_
};

}  // namespace baton

#endif  // BATON_CORE_INSTANCE_H_
