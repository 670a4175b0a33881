// All parts of one host, as one object that outlives everything that may still use it. Any thread.
//
// Core, every call in progress and every thread hold it by shared pointer; its destruction only
// frees memory, so it may happen on any of them, however late.
#ifndef BATON_CORE_KERNEL_H_
#define BATON_CORE_KERNEL_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "call_desk.h"
#include "core_options.h"
#include "error_table.h"
#include "event_desk.h"
#include "inbox.h"
#include "instance.h"
#include "metric_table.h"
#include "owned_job.h"
#include "property_table.h"
#include "ready_list.h"
#include "request_pool.h"
#include "room.h"
#include "route_table.h"
#include "step_pool.h"
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

  // Does `task` in the job's strand, on the thread for what needs no slot.
  void Serve(const std::shared_ptr<OwnedJob>& job, Strand::Task task);

  // Lets a job go because the host or its plugin closes: stop(CLOSING) if the plugin was not told
  // of an end, then finalize. Of no effect if it has no payload, or (with `instance`) one of
  // somebody else.
  void CloseJob(const std::shared_ptr<OwnedJob>& job, const Instance* instance);
  // Returns false if some CloseJob, or a run, is not done at `deadline`.
  bool AwaitClosedJobs(Clock::time_point deadline);

  // Constant after construction.
  const CoreOptions options;
  const std::thread::id engine_thread;

  std::atomic<bool> closing{false};

  // Each locks for itself. Locks are taken in this order: ready list -> pool, ticker, jobs, inbox;
  // store, desk, room, events -> inbox. No callback of a plugin is ever made under one of them.
  Inbox inbox;
  Room room;
  StoreQueue store;
  CallDesk desk;
  TypeTable types;
  RouteTable routes;
  JobRegistry jobs;
  StepPool pool;
  RequestPool requests;
  EventDesk events;
  MetricTable metrics;
  PropertyTable properties;
  ErrorTable errors;
  ReadyList ready;
  Ticker ticker;

 private:
  void BeginRun(Entry entry, std::shared_ptr<RunControl> control);

  Mutex mutex_;
  CondVar closed_job_;
  int closing_jobs_ GUARDED_BY(mutex_) = 0;
};

}  // namespace baton

#endif  // BATON_CORE_KERNEL_H_
