// What the engine has admitted, of every runner, in order; and the slots. Any thread.
//
// An entry stands in the list (admitted), or has begun (a slot is its own): nothing in between. A
// free slot takes the head at once: a native entry is handed to `run`, another one is posted to the
// inbox as Granted. Begin and end are posted under the list's lock, so the engine hears of them in
// the order in which they happened.
#ifndef BATON_CORE_READY_LIST_H_
#define BATON_CORE_READY_LIST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "inbox.h"
#include "mutex.h"
#include "record.h"
#include "run_control.h"

namespace baton {

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
  int64_t runtime_ms = 0;      // spent in steps of earlier runs
  bool reset = false;          // a resubmit: begin anew
  std::optional<Bytes> state;  // to revive from, if there is no payload (or none that can be reset)
  double progress = 0;         // what is known so far; getters and pushes replace it
  std::optional<std::string> content;
  bool finalize_success = false;  // nobody needs the payload after a success, not even the store
};

enum class RequestKind { kPause, kCancel, kRecall };
enum class RequestAnswer {
  kRemoved,  // it stood in the list and does not any more
  kBegun,    // it runs; pause and cancel are set in its control, recall changes nothing
  kAbsent    // neither
};

class ReadyList {
 public:
  using Run = std::function<void(Entry, std::shared_ptr<RunControl>)>;

  // `run` is called by whoever made room or admitted, without the list's lock.
  ReadyList(Inbox* inbox, size_t limit, int slots, Run run)
      : inbox_(inbox), limit_(limit), run_(std::move(run)), slots_(slots) {}

  // Returns false if the list is full, closed, or has this id already.
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

  // Ends a native entry: posts `ended`, then frees the slot.
  void End(const std::string& id, Ended ended);

  // Raises a bit in every begun entry; of one job, or of all for an empty id.
  void Raise(RunControl::Bit bit, const std::string& id = "");

  // Nothing begins any more; the list is emptied and every begun entry is told.
  void Close();

  bool HasBegun();

 private:
  // Orders by priority descending, then sequence.
  using Key = std::pair<int64_t, int64_t>;
  static Key KeyOf(const Entry& entry) { return {-int64_t{entry.priority}, entry.sequence}; }

  bool Insert(Entry entry) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  using Runs = std::vector<std::pair<Entry, std::shared_ptr<RunControl>>>;
  // Gives free slots to entries. What it answers must begin, without the lock.
  Runs Dispatch() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Begin(Runs runs) LOCKS_EXCLUDED(mutex_);

  // Constant after construction.
  Inbox* const inbox_;
  const size_t limit_;
  const Run run_;

  Mutex mutex_;
  // Guarded by mutex_.
  int slots_ GUARDED_BY(mutex_);
  int used_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::map<Key, Entry> entries_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Key> keys_ GUARDED_BY(mutex_);
  struct Begun {
    std::shared_ptr<RunControl> control;
    bool native;
  };
  std::unordered_map<std::string, Begun> begun_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_READY_LIST_H_
