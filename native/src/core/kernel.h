// All parts of one host, as one object that outlives everything that may still use it. Any thread.
//
// Core, every call in progress and every thread hold it by shared pointer; its destruction only
// frees memory, so it may happen on any of them, however late.
#ifndef BATON_CORE_KERNEL_H_
#define BATON_CORE_KERNEL_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "call_desk.h"
#include "core_options.h"
#include "error_table.h"
#include "event_desk.h"
#include "expiry.h"
#include "inbox.h"
#include "instance.h"
#include "loop_queue.h"
#include "metric_table.h"
#include "owned_job.h"
#include "property_table.h"
#include "ready_list.h"
#include "request_pool.h"
#include "room.h"
#include "route_table.h"
#include "step_pool.h"
#include "step_watch.h"
#include "store_queue.h"
#include "ticker.h"
#include "type_table.h"

namespace baton {

// Epoch milliseconds.
int64_t NowMs();

struct Kernel : std::enable_shared_from_this<Kernel> {
  // The calling thread is the engine's. REQUIRES: Start is called next.
  explicit Kernel(CoreOptions core_options);
  void Start();

  bool OnEngineThread() const { return std::this_thread::get_id() == engine_thread; }
  bool IsClosing(const Instance* instance) const { return closing.load() || instance->closing(); }

  void Log(const std::string& plugin, const std::string& id, int32_t level, const char* text);

  // Whether this instance may have jobs with BATON_JOB_ON_LOOP: its loop is the engine's, and the
  // engine works on it.
  bool ServesLoopOf(const Instance* instance) const {
    return loop.driven() && instance->loop_thread() == engine_thread;
  }

  // Does `task` in the job's strand, on the thread for what needs no slot, or on the loop.
  void Serve(const std::shared_ptr<OwnedJob>& job, std::function<void()> task);

  // Also of the lane: the job, null if there is none; all jobs.
  std::shared_ptr<OwnedJob> FindJob(const std::string& id);
  std::vector<std::shared_ptr<OwnedJob>> AllJobs();

  // Has the payload finalized; then Finalized comes. False, and nothing comes, if there is none.
  bool Finalize(const std::string& id);
  // Finalizes the payload if there is one, and drops what is known of the job.
  void Forget(const std::string& id);
  // Drops what is known of a job that has ended well and that nobody has heard of.
  void GiveUp(const std::shared_ptr<OwnedJob>& job);

  // Works on the loop tasks until `deadline`, or as long as there are any. On the engine's thread.
  void WorkOnLoop(Clock::time_point deadline);

  // Lets a job go because the host or its plugin closes: stop(CLOSING) if the plugin was not told
  // of an end, then finalize. Of no effect if it has no payload, or (with `instance`) one of
  // somebody else.
  void CloseJob(const std::shared_ptr<OwnedJob>& job, const Instance* instance);
  bool ClosedJobs();

  // Nobody waits for the step that this job is in: another thread takes the place of its own, and
  // closing does not wait for what stands behind it on the strand. Until Regain.
  void LeaveAlone(const std::shared_ptr<OwnedJob>& job, Payload* payload);
  void Regain(const std::shared_ptr<OwnedJob>& job, Payload* payload);

  // These two return false if some CloseJob or a run (some callback) is not done at `deadline`, is
  // on this thread's own stack, or was left alone. On the engine's thread they work on the loop meanwhile.
  bool AwaitClosedJobs(Clock::time_point deadline);
  bool AwaitIdle(Instance* instance, Clock::time_point deadline);

  // Constant after construction.
  const CoreOptions options;
  const std::thread::id engine_thread;

  std::atomic<bool> closing{false};
  // MetricsChanged was posted, and nobody has read them since.
  std::atomic<bool> told_metrics{false};

  // Each locks for itself. Locks are taken in this order: store, desk, room, events -> ready list ->
  // jobs, inbox. No callback of a plugin is ever made under one of them.
  // What many threads use for each job has cache lines of its own, so that they do not
  // wait for each other's.
  Inbox inbox;
  alignas(kCacheLine) Room room;
  alignas(kCacheLine) StoreQueue store;
  CallDesk desk;
  TypeTable types;
  RouteTable routes;
  alignas(kCacheLine) JobRegistry jobs;
  alignas(kCacheLine) StepPool pool;
  alignas(kCacheLine) LoopQueue loop;
  RequestPool requests;
  EventDesk events;
  MetricTable metrics;
  PropertyTable properties;
  ErrorTable errors;
  alignas(kCacheLine) ReadyList ready;
  alignas(kCacheLine) Ticker ticker;
  Expiry expiry;
  StepWatcher step_watcher;

 private:
  void BeginRun(Beginner&& beginner);
  // The run of it, as a task of its job's strand.
  Strand::Task RunOf(Beginner&& beginner);
  // REQUIRES: it had a payload, when the caller looked.
  void Finalize(const std::shared_ptr<OwnedJob>& job);

  enum class Need { kSlot, kNoSlot };
  // Has the job's strand worked on where its callbacks are made. REQUIRES: as Strand::Work.
  void Dispatch(const std::shared_ptr<OwnedJob>& job, Need need);
  // One turn of the loop for the job's strand; true: it needs another one.
  bool TakeTurn(const std::shared_ptr<OwnedJob>& job, Clock::time_point deadline);

  // Works on the loop until `is_done` says so. False once `deadline` has passed. On the engine's
  // thread. Whatever may change the answer calls loop.Poke.
  bool WorkUntil(const std::function<bool()>& is_done, Clock::time_point deadline);
  bool OnlyHeldJobsAreLeft();

  // Jobs whose strands are being worked on by the loop, innermost last. The engine's thread only.
  std::vector<OwnedJob*> held_;

  Mutex mutex_;
  CondVar closed_job_;
  int closing_jobs_ GUARDED_BY(mutex_) = 0;
  int stuck_jobs_ GUARDED_BY(mutex_) = 0;  // of those, behind steps that were left alone
};

}  // namespace baton

#endif  // BATON_CORE_KERNEL_H_
