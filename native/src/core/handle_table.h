// The table behind baton_job: 64-bit values, generation and slot, that can be checked however wrong
// they are. Any thread. One table serves the whole process, so a handle never means something else
// to another host.
//
// A slot is live -> submitting -> submitted -> (finalized) free, or back to live when a submit
// fails. A freed slot waits behind all other free ones, and is retired when its generation wraps:
// no value is ever given out twice.
#ifndef BATON_CORE_HANDLE_TABLE_H_
#define BATON_CORE_HANDLE_TABLE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "baton.h"
#include "mutex.h"

namespace baton {

class Instance;
class Payload;

class HandleTable {
 public:
  // A slot is not used again before `late_reuse` others are free. Tests begin at a late generation.
  explicit HandleTable(size_t late_reuse = 64, uint32_t first_generation = 1)
      : late_reuse_(late_reuse), first_generation_(first_generation), changed_(&mutex_) {}

  // The table of this process; never destroyed.
  static HandleTable& Process();

  // Gives `payload` a handle and tells it. Its slot is live.
  baton_job Insert(std::shared_ptr<Payload> payload);

  // live -> submitting. Errors: the handle errors of baton.h, WRONG_THREAD.
  baton_status BeginSubmit(baton_job job, const Instance* instance,
                           std::shared_ptr<Payload>* payload);
  // submitting -> live. REQUIRES: the caller began it.
  void AbortSubmit(baton_job job);
  // submitting -> submitted. REQUIRES: the caller began it.
  void CommitSubmit(baton_job job);

  // live -> free; the caller finalizes. Errors: as BeginSubmit.
  baton_status Free(baton_job job, const Instance* instance, std::shared_ptr<Payload>* payload);

  // Any state -> free. No effect on a value that means nothing any more.
  void Remove(baton_job job);

  // Takes out all live ones of an instance; the caller finalizes. Waits until `deadline` for those
  // being submitted.
  std::vector<std::shared_ptr<Payload>> TakeLive(const Instance* instance,
                                                 Clock::time_point deadline);

  // Slots in use by an instance.
  size_t Count(const Instance* instance);

 private:
  enum class State { kFree, kLive, kSubmitting, kSubmitted };
  struct Slot {
    uint32_t generation = 0;
    State state = State::kFree;
    std::shared_ptr<Payload> payload;
  };

  // The slot that `job` means right now, else null.
  Slot* Find(baton_job job) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  baton_status Check(baton_job job, const Instance* instance, Slot** slot)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Empties a slot; returns what it held, to be destroyed without the lock.
  std::shared_ptr<Payload> Empty(Slot* slot) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after construction.
  const size_t late_reuse_;
  const uint32_t first_generation_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  std::deque<Slot> slots_ GUARDED_BY(mutex_);
  std::deque<uint32_t> free_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_HANDLE_TABLE_H_
