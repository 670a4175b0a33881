// What the engine has admitted, of every runner, in order; and the slots. Any thread.
//
// An entry stands in the list (admitted), or has begun (a slot is its own): nothing in between. A
// free slot takes the head at once: a native entry is handed to `run`, another one is posted to the
// inbox as Granted. Begin and end are posted under the list's lock, so the engine hears of them in
// the order in which they happened.
//
// While the engine keeps the lane open, new native jobs enter the list by themselves. It hears of
// them when it asks (TellAll), or as soon as one of them ends in any other way than well: a short
// life that nobody looks at costs the engine nothing.
#ifndef BATON_CORE_READY_LIST_H_
#define BATON_CORE_READY_LIST_H_

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core_options.h"
#include "ids.h"
#include "inbox.h"
#include "lane_queue.h"
#include "mutex.h"
#include "record.h"
#include "recycling.h"
#include "run_control.h"

namespace baton {

class JobRegistry;
struct OwnedJob;

struct Entry {
  std::string id;
  int64_t sequence = 0;  // lower first, within a priority
  int32_t priority = 0;  // higher first
  bool native = true;
  // The rest is for native entries.
  std::string plugin;  // whose type it is
  std::string type;
  int32_t attempts = 0;  // retryable failures so far
  int32_t max_attempts = 1;
  int64_t step_timeout_ms = 0;           // of each step; 0: none
  int64_t runtime_ms = 0;                // spent in steps of earlier runs
  bool reset = false;                    // a resubmit: begin anew
  std::optional<Bytes> state;            // to revive from, if there is no payload
  std::optional<Bytes> submitted_state;  // of a reset: if what there is has no reset (any more)
  double progress = 0;                   // what is known so far; getters and pushes replace it
  std::optional<std::string> content;
  bool finalize_success = false;  // nobody needs the payload after a success, not even the store
};

// A native entry that has a slot, and begins next.
struct Beginner {
  std::unique_ptr<Entry> admitted;  // by the engine; null: it came by the lane, as its control says
  std::shared_ptr<RunControl> control;
  std::shared_ptr<OwnedJob> job;  // null until somebody has looked for it
};

enum class RequestKind { kPause, kCancel, kRecall };
enum class RequestAnswer {
  kRemoved,  // it stood in the list and does not any more
  kBegun,    // it runs; pause and cancel are set in its control, recall changes nothing
  kAbsent    // neither
};

class ReadyList {
 public:
  using Run = std::function<void(Beginner&&)>;

  // `run` is called by whoever made room or admitted, without the list's lock.
  ReadyList(Inbox* inbox, JobRegistry* jobs, const CoreOptions& options, Run run)
      : inbox_(inbox),
        jobs_(jobs),
        limit_(options.ready_limit),
        history_(options.history),
        run_(std::move(run)),
        slots_(options.slots) {}

  // Returns false if the list is full (what came by the lane does not count), closed, or has this id
  // already.
  bool Admit(Entry entry);
  // The same for many at once; returns the ids of those that were not admitted.
  std::vector<std::string> AdmitAll(std::vector<Entry> entries);

  RequestAnswer Request(const std::string& id, RequestKind kind);

  // Takes back a pause of a begun entry that it has not yet honoured.
  bool TakeBack(const std::string& id);

  // Gives back the slot of an entry that is not native. False if it has none.
  bool Release(const std::string& id);

  // The entry that would run last: the one to recall for a better one.
  struct Place {
    std::string id;
    int32_t priority;
    int64_t sequence;
  };
  std::optional<Place> LowestEntry();

  // More or fewer slots; running entries keep theirs.
  void SetSlots(int slots);

  // Ends a native entry: posts `ended` with its id, then frees the slot. Of a job that the engine has
  // not heard of and that ended well a Lived is kept; the answer is an older one that was given up
  // for it: nobody knows that job any more.
  std::shared_ptr<OwnedJob> End(const JobId& id, const RunControl& control, Ended&& ended);

  // --- The lane, for jobs of native plugins in a memory store.

  using Offers = std::vector<Offered, Recycling<Offered>>;
  using Runs = std::vector<Beginner, Recycling<Beginner>>;
  // New jobs, with their sequences: into the list, or (the lane is closed) posted as Submitted for
  // the engine to admit. What it answers must begin, without any lock.
  Runs Offer(Offers jobs);
  // They have been taken: better no process than two owners.
  void Begin(Runs runs) noexcept LOCKS_EXCLUDED(mutex_);

  // For the engine: it is closed to begin with. Closing it tells all. `entered`: how many of those
  // that were posted as Submitted for it to admit have their places now; until that is all of them,
  // a later job would overtake them, so the lane is as good as closed. `room`: so many that have a
  // state may wait in it unheard of; with one more the engine hears of all of them, and has to admit
  // that one: it lets go of payloads that can be made again if there are too many.
  void OpenLane(bool open, uint64_t entered, uint64_t room);
  // For whoever needs all that happens from now on: as if it were closed, until as many Unholds.
  void HoldLane();
  void UnholdLane();

  // Posts what the engine has not heard of.
  void TellAll();
  // Has the registry know all jobs, also those of the lane.
  void RegisterAll();
  // The same of one run, before anything else about its job is posted.
  void Tell(const RunControl& control);

  // Whether there are jobs that the engine has not heard of and that have not ended. If not,
  // LaneBusy will be posted when there are.
  bool IsBusy();

  // Tells what begun entries have kept to be told now; those that have kept nothing may tell
  // something once.
  void TickPushes();

  // Raises a bit in every begun entry; of one job, or of all for an empty id.
  void Raise(RunControl::Bit bit, const std::string& id = "");

  // Nothing begins any more; the list is emptied and every begun entry is told.
  void Close();

  bool HasBegun();

 private:
  // Orders by priority descending, then sequence.
  using Key = std::pair<int64_t, int64_t>;
  // What stands in the list, and the engine has heard of. An Entry is made of what came by the lane only
  // when it runs: there may be a million of them.
  struct Waiting {
    std::unique_ptr<Entry> admitted;  // by the engine; null: it is
    Offered from_lane;
    std::string_view id() const {
      return admitted != nullptr ? std::string_view(admitted->id) : from_lane.as_new->id.view();
    }
  };
  template <typename EntryOrNewJob>
  static Key KeyOf(const EntryOrNewJob& of) {
    return {-int64_t{of.priority}, of.sequence};
  }

  bool Insert(Entry entry) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Enter(Offered job) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A job that the engine has not heard of is told with this.
  void PostSubmitted(const Offered& job, bool admitted) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pump() LOCKS_EXCLUDED(mutex_);
  bool LaneIsOpen() EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return lane_open_ && lane_holds_ == 0 && !closed_ && posted_ == entered_;
  }
  void TellLives() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellBegun() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellWaiting() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What a Lived is made of when it is told.
  struct Life {
    Offered job;
    Sample sample;
    int64_t runtime_ms;
    int64_t ended_at_ms;
  };
  std::shared_ptr<OwnedJob> Keep(Life life) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Each takes the head out of its map, which is not empty, and lets it begin.
  void StartHeard(Runs* runs) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartUnheard(Runs* runs) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives free slots to entries. What it answers must begin, without the lock.
  Runs Dispatch() EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after construction.
  Inbox* const inbox_;
  JobRegistry* const jobs_;
  const size_t limit_;    // of what the engine admits
  const size_t history_;  // how many lives are kept
  const Run run_;

  Mutex mutex_;
  // Guarded by mutex_.
  int slots_ GUARDED_BY(mutex_);
  int used_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::map<Key, Waiting> entries_ GUARDED_BY(mutex_);
  size_t admitted_ GUARDED_BY(mutex_) = 0;  // of the entries; the others came by the lane
  // By the ids that the entries have themselves.
  std::unordered_map<std::string_view, Key> keys_ GUARDED_BY(mutex_);
  // Those that the engine has not heard of, and cannot ask for by their ids.
  LaneQueue unheard_ GUARDED_BY(mutex_);
  std::list<Life, Recycling<Life>> lives_ GUARDED_BY(mutex_);  // oldest first, at most history_
  bool lane_open_ GUARDED_BY(mutex_) = false;
  int lane_holds_ GUARDED_BY(mutex_) = 0;
  uint64_t lane_room_ GUARDED_BY(mutex_) = 0;  // less those that were told since the engine said it
  uint64_t posted_ GUARDED_BY(mutex_) = 0;     // as Submitted, for the engine to admit
  uint64_t entered_ GUARDED_BY(mutex_) = 0;    // of those, as the engine says
  bool told_busy_ GUARDED_BY(mutex_) = false;
  // The registry knows all jobs of the lane, since somebody has asked; until the lane is empty.
  bool registers_ GUARDED_BY(mutex_) = false;
  struct Begun {
    std::shared_ptr<RunControl> control;
    bool native;
  };
  std::unordered_map<std::string, Begun> begun_ GUARDED_BY(mutex_);
  // Those that the engine has not heard of; once it has they move to the others.
  using UnheardRuns = std::vector<std::shared_ptr<RunControl>>;
  UnheardRuns unheard_runs_ GUARDED_BY(mutex_);
  UnheardRuns::iterator FindUnheard(const RunControl& control) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellRun(UnheardRuns::iterator run) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_READY_LIST_H_
