// What waits to be written by the store: a FIFO that native threads fill and the store's thread
// empties.
//
// A request is queued -> taken -> committed | refused. Whoever waits for one may withdraw it while
// it is queued; once it is taken the answer is awaited however long it takes. So "failed" always
// means "not in the store". Put… from any thread; TakeAll, MarkCommitted, Refuse, Died and Opened
// on the store's side.
#ifndef BATON_CORE_STORE_QUEUE_H_
#define BATON_CORE_STORE_QUEUE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "mutex.h"
#include "record.h"

namespace baton {

class Instance;

enum class StoreKind {
  kSubmit,      // new rows, all or none; somebody waits
  kRecord,      // new rows of jobs that are not serializable; nobody waits
  kCheckpoint,  // changes a row
  kProperty,    // of a plugin; somebody waits
  kUpdate       // anything else, in the engine's own words
};

struct StoreRequest {
  // Constant once it is queued; TakeAll hands out references to it.
  uint64_t ticket = 0;
  StoreKind kind = StoreKind::kUpdate;
  std::vector<StoredRow> rows;  // of kSubmit and kRecord; sequences are given when it is queued
  Checkpoint checkpoint;        // of kCheckpoint
  PropertyWrite property;       // of kProperty
  std::string update;           // of kUpdate
  int64_t sequences = 0;        // of kUpdate: for so many new rows, given when it is queued
  int64_t first_sequence = 0;   // of those
  const Instance* instance = nullptr;  // whose call this is; null: the engine's
  bool awaited = false;
  bool may_wait = false;  // of kSubmit: its caller may be kept waiting for room by a far engine
  // Answered TIMED_OUT if it is still queued then, by Expire.
  Clock::time_point expires = Clock::time_point::max();

  // Of kSubmit, with the answer: the ids that a far engine has given to the jobs; else empty.
  std::vector<std::string> given_ids;

  // Called once with the answer, without a lock, before whoever waits is woken.
  std::function<void(baton_status)> on_answer;

 private:
  friend class StoreQueue;
  enum class State { kQueued, kTaken, kAnswered };
  State state = State::kQueued;  // guarded by the queue's mutex, as the next two
  baton_status status = BATON_OK;
  std::unique_ptr<CondVar> answered;
};

class StoreQueue {
 public:
  using Requests = std::vector<std::shared_ptr<const StoreRequest>>;

  // `wake` is called under the queue's lock whenever it stops being empty; it must only signal.
  StoreQueue(int64_t next_sequence, std::function<void()> wake)
      : wake_(std::move(wake)), next_sequence_(next_sequence) {}

  // Queues a request, which gets a ticket and, for each new row, a sequence: under one lock, so the
  // order of sequences is that of commits. Errors, with nothing done: CLOSING (a request somebody
  // waits for), STORE_FAILED (the store is dead).
  baton_status Put(const std::shared_ptr<StoreRequest>& request);

  // Waits for the answer; after `timeout_ms` withdraws it if it is still queued (TIMED_OUT).
  // REQUIRES: Put returned OK for it, and it is `awaited`.
  baton_status Await(const std::shared_ptr<StoreRequest>& request, int64_t timeout_ms);

  // Gives `count` sequences and calls `use` with the first under the same lock: for what is not
  // queued here, or (with a request of as many rows) queued without being waited for.
  void PutInPlace(size_t count, const std::function<void(int64_t)>& use,
                  const std::shared_ptr<StoreRequest>& record);

  // Withdraws what expires until `now`. Returns when the next one does; max() if none will.
  Clock::time_point Expire(Clock::time_point now);

  int64_t NextSequence();
  // The store's highest sequence is known now. Never goes back.
  void StartSequence(int64_t next_sequence);

  // Everything that is queued, oldest first; taken from now on.
  Requests TakeAll();
  // To be called right after COMMIT returned. False if it was not taken, or answered before.
  bool MarkCommitted(uint64_t ticket, std::vector<std::string> given_ids = {});
  // The transaction was rolled back.
  bool Refuse(uint64_t ticket, baton_status status);

  // The store's environment is gone: all that is not marked is STORE_FAILED, and so is every Put
  // until Opened.
  void Died();
  // Ids that were answered so while the store had them: the next store thread must remove them
  // before Opened.
  std::vector<std::string> Doubtful();
  // The same of properties: the next store thread must write again what they were before. The values
  // are what was refused.
  std::vector<PropertyWrite> DoubtfulProperties();
  void Opened();

  // The host begins to close: as Close, for all but checkpoints of the runs that it awaits.
  void BeginClose();
  // Answers CLOSING to all that wait and are not taken, of one instance or (null) of all and for
  // ever.
  void Close(const Instance* instance);
  // Drops what is left and never wakes again. After the store has closed.
  void Seal();

 private:
  using Shared = std::shared_ptr<StoreRequest>;
  enum class Phase { kOpen, kDraining, kClosed };
  baton_status Admit(const Shared& request) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Withdraws what is queued and awaited and of which `leaves` is true.
  void SendAway(const std::function<bool(const StoreRequest&)>& leaves, Phase next);
  void Append(const Shared& request) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveSequences(StoreRequest* request) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers requests that are in no list any more.
  void Answer(const Shared& request, baton_status status) LOCKS_EXCLUDED(mutex_);
  bool AnswerTaken(uint64_t ticket, baton_status status, std::vector<std::string> given_ids);

  Mutex mutex_;
  // Guarded by mutex_.
  std::function<void()> wake_ GUARDED_BY(mutex_);
  int64_t next_sequence_ GUARDED_BY(mutex_);
  uint64_t last_ticket_ GUARDED_BY(mutex_) = 0;
  Phase phase_ GUARDED_BY(mutex_) = Phase::kOpen;
  bool dead_ GUARDED_BY(mutex_) = false;
  bool sealed_ GUARDED_BY(mutex_) = false;
  std::deque<Shared> queued_ GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, Shared> taken_ GUARDED_BY(mutex_);
  std::vector<std::string> doubtful_ GUARDED_BY(mutex_);
  std::vector<PropertyWrite> doubtful_properties_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_STORE_QUEUE_H_
