// The native heart of a host: what the engine, on its own thread, drives and asks. A façade over
// the parts.
//
// Constructed on the engine's thread. Every method is for that thread, except those under "the
// store's side". No method waits, except FinishClose and CloseInstance, for at most as long as they
// are told.
//
// What the engine has to do: Drain when woken, RunLoopTasks when woken for it, and at the start of every call, query and
// EngineCalls::Call, so that a caller reads its own submit; answer each Called; Publish what
// changes of native jobs before it answers; Admit what may run; Finalize what needs no payload any
// more, and Forget what has left the history. Apply does these four for many jobs at once.
#ifndef BATON_CORE_CORE_H_
#define BATON_CORE_CORE_H_

#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core_options.h"
#include "creation.h"
#include "kernel.h"
#include "library.h"

namespace baton {

// What the engine has decided for many jobs, in the order in which it is carried out.
struct Orders {
  std::vector<JobInfo> publish;
  std::vector<std::string> finalize;
  std::vector<std::string> forget;
  std::vector<Entry> admit;
};

// What of it could not be done.
struct Unapplied {
  std::vector<std::string> not_finalized;  // there was no payload, and Finalized does not come
  std::vector<std::string> not_admitted;
};

class Core {
 public:
  explicit Core(CoreOptions options);
  // Calls BeginClose and FinishClose(0) if nobody did. `wake`, `wake_store` and `wake_loop` are
  // never called after it.
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Takes messages, oldest first. See Inbox.
  std::vector<Message> Drain(size_t most = std::numeric_limits<size_t>::max());
  // Whether it is woken for samples of runs. See Inbox.
  void Listen(bool listens);

  // --- The lane: jobs of native plugins that the engine does not hear of before it asks. For a
  // memory store. See ReadyList.

  // Puts all that it has not heard of into the inbox: before every Drain that answers a query.
  void TellAll();
  // Closed to begin with. Open it only while no other job waits to be admitted and nobody wants to
  // hear of events. Closing it does TellAll. `entered`: how many Submitted that were not admitted
  // have been handled so far, since the beginning. `room`: how many jobs with a state may wait in the
  // lane that the engine has not heard of; with one more it hears of all, and has to admit that one.
  void OpenLane(bool open, uint64_t entered, uint64_t room = UINT64_MAX);
  // Whether there are jobs that the engine has not heard of; if not, LaneBusy will come.
  bool LaneIsBusy();

  // Publish, Finalize, Forget and Admit, for many at the price of a few.
  Unapplied Apply(Orders orders);

  // --- Slots: port `slots`. See ReadyList.

  // False if the list is full or has this id. REQUIRES: the sequence is this job's alone.
  bool Admit(Entry entry);
  RequestAnswer Request(const std::string& id, RequestKind kind);
  bool TakeBack(const std::string& id);
  bool Release(const std::string& id);
  std::optional<ReadyList::Place> LowestEntry();
  void SetSlots(int slots);

  // --- Jobs with BATON_JOB_ON_LOOP.

  // Works on their callbacks for about so long, but at least one step. Call it when woken by
  // `wake_loop`, and again soon if it returns true: there is more.
  bool RunLoopTasks(int64_t budget_ms);

  // --- Native jobs outside of a run.

  // Has `stop` called, on the job's strand; then Stopped comes. False, and nothing comes, if there
  // is no payload.
  bool Stop(const std::string& id, int32_t reason);
  // Asks a part of the job's progress, and all below it, to stop. False: there is none that goes on.
  bool CancelChild(const std::string& id, int64_t life, uint32_t child);
  // Has the payload finalized; then Finalized comes. False, and nothing comes, if there is none.
  bool Finalize(const std::string& id);
  // Finalizes the payload if there is one, and drops what is known of the job.
  void Forget(const std::string& id);
  // What job_info answers for a native job from now on. Of no effect for a job that is not known
  // here.
  void Publish(JobInfo info);

  // --- Calls that wait for the engine.

  // False if nobody waits for the ticket any more.
  bool Answer(uint64_t ticket, baton_status status, const JobInfo* info = nullptr);

  // The same for a request to the REST interface.
  bool AnswerRest(uint64_t ticket, baton_status status, RestAnswer answer);

  // --- What plugins are told, and what they tell, beside their jobs.

  // Has listeners hear of these events. See EventDesk.
  void TellEvents(uint64_t generation, std::vector<Event> events);
  std::vector<Metric> metrics();
  // What a plugin has registered about an error code; none: nothing.
  std::optional<std::string> ErrorText(const std::string& plugin, const std::string& code);

  // --- The order and the bound of waiting jobs. See StoreQueue, Room.

  int64_t NextSequence();
  void StartSequence(int64_t next_sequence);
  // For submits of the engine's own; native ones take room themselves. False: RoomGiven{ticket}
  // comes once there is.
  bool RequestRoom(uint64_t ticket, int64_t count = 1);
  bool WithdrawRoom(uint64_t ticket);
  // Jobs stopped waiting (above 0), or wait again without a submit (below). That a native run has
  // begun needs no saying.
  void GiveRoom(int64_t count);
  void SetLimitJobs(int64_t limit);

  // --- Writing through the store's queue, in one order with native threads. No message comes: the
  // store answers the engine itself.

  baton_status PutUpdate(std::string update);
  // The same for `count` new rows, which get sequences from `*first_sequence` on: see StoreQueue::Put.
  baton_status PutNew(std::string update, int64_t count, int64_t* first_sequence);

  // --- The store's side: on the thread that writes. See StoreQueue.

  StoreQueue::Requests TakeStoreRequests();
  bool MarkCommitted(uint64_t ticket, std::vector<std::string> given_ids = {});
  bool Refuse(uint64_t ticket, baton_status status = BATON_ERROR_STORE_FAILED);
  void StoreDied();
  std::vector<std::string> DoubtfulIds();
  void StoreOpened();
  // Before StoreOpened: what the store has to write once more, as it is; and what it has.
  std::vector<PropertyWrite> DoubtfulProperties();
  void LoadProperty(const PropertyWrite& property);

  // --- Routes that belong to the engine's own plugins, and to the host itself: all below a first
  // segment. Errors: NAME_TAKEN, INVALID_ARGUMENT.

  baton_status ReserveRoute(const std::string& method, const std::string& pattern);
  void ReservePath(const std::string& segment);

  // --- Native routes. ResponseHead, ResponseChunk… and ResponseEnd with `*ticket` come.

  // Errors: NOT_FOUND (no native route), QUEUE_FULL (503), CLOSING.
  baton_status StartRequest(baton::Request request, uint64_t* ticket);
  void AckResponse(uint64_t ticket, size_t size);
  void AbortRequest(uint64_t ticket);

  // Has a plugin make a job from content, and submits it. See creation.h.
  baton_status StartCreation(WishedJob wished, uint64_t* ticket);

  // --- Plugins.

  // Loads a shared library and calls its start. Null with a code and one sentence (also
  // PLUGIN_START_FAILED).
  Instance* Load(const std::string& path, JobError* error);
  // An instance without a library, for an addon. The calling thread (any) becomes its loop thread.
  Instance* AddInstance(const std::string& plugin);
  // Closes one instance and calls its library's stop. False if a callback did not return in time;
  // stop is not called then, and what it runs is left alone. On the instance's loop thread.
  bool CloseInstance(Instance* instance, int64_t timeout_ms);

  // --- Closing.

  // Answers CLOSING to all waiters, tells every run. Messages still come; Stop and Finalize let the
  // engine let go of jobs. Steps that go on may save checkpoints and outputs, until FinishClose.
  // Idempotent. Any thread.
  void BeginClose();
  // True once all runs have ended.
  bool Quiet();
  // Stops and finalizes what is left, waits for it at most `timeout_ms`, and calls the plugins' stop
  // in reverse order. False if some step was left alone. The store's side stays open, for the last
  // messages. Idempotent.
  bool FinishClose(int64_t timeout_ms);

  // Over all instances of this Core.
  Counts counts();

 private:
  struct Plugin {
    Instance* instance;
    void(BATON_CALL* stop)(void);  // null for an addon
  };
  bool StopPlugin(const Plugin& plugin, Clock::time_point deadline);
  std::vector<Plugin> TakePlugins(const Instance* instance);

  // Constant after construction.
  const std::shared_ptr<Kernel> kernel_;

  std::atomic<bool> closing_{false};

  // The engine's thread only.
  bool finished_ = false;
  bool finished_well_ = false;

  Mutex mutex_;
  // Guarded by mutex_.
  std::vector<Plugin> plugins_ GUARDED_BY(mutex_);       // not stopped yet, in load order
  std::vector<Instance*> instances_ GUARDED_BY(mutex_);  // all that there ever were
};

}  // namespace baton

#endif  // BATON_CORE_CORE_H_
