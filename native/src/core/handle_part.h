// One part of the table behind baton_job: slots under one lock. Any thread.
//
// A slot is live -> submitting -> submitted -> (finalized) free, or back to live when a submit
// fails. A freed slot waits behind all other free ones, and is retired when its generation wraps:
// no value is ever given out twice.
#ifndef BATON_CORE_HANDLE_PART_H_
#define BATON_CORE_HANDLE_PART_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "baton.h"
#include "handle_state.h"
#include "mutex.h"

namespace baton {

class Instance;
class Payload;

class HandlePart {
 public:
  // How many parts a table has, and which one a handle is in.
  static constexpr uint32_t kParts = 16;
  static uint32_t NumberIn(baton_job job) { return static_cast<uint32_t>(job.bits) % kParts; }

  // A slot is not used again before `late_reuse` others are free. Tests begin at a late generation.
  // REQUIRES: `number` < kParts.
  explicit HandlePart(uint32_t number, size_t late_reuse = 64, uint32_t first_generation = 1)
      : number_(number),
        late_reuse_(late_reuse),
        first_generation_(first_generation),
        changed_(&mutex_) {}

  // Gives `payload` a handle and tells it. Its slot is live.
  baton_job Insert(std::shared_ptr<Payload> payload);

  // live -> submitting. Errors: the handle errors of baton.h, WRONG_THREAD.
  baton_status BeginSubmit(baton_job job, const Instance* instance,
                           std::shared_ptr<Payload>* payload);
  // The same for many, one after the other, with few locks. Calls `use` with the index, the status and the
  // payload of each, under the lock: it must neither wait nor throw.
  template <typename Use>
  void BeginSubmits(const baton_job* jobs, size_t count, const Instance* instance, Use&& use) {
    for (size_t at = 0; at < count;) {
      const size_t end = std::min(count, at + kMostAtOnce);
      MutexLock lock(&mutex_);
      for (; at < end; at++) {
        std::shared_ptr<Payload> payload;
        const baton_status status = Begin(jobs[at], instance, &payload);
        use(at, status, std::move(payload));
      }
    }
  }
  // submitting -> live. REQUIRES: the caller began it.
  void AbortSubmit(Payload* payload) { EndSubmit(payload, HandleState::kLive); }
  // submitting -> submitted, unless it is free already: what was submitted may have ended. REQUIRES: the
  // caller began it.
  void CommitSubmit(Payload* payload) { EndSubmit(payload, HandleState::kSubmitted); }

  // live -> free; the caller finalizes. Errors: as BeginSubmit.
  baton_status Free(baton_job job, const Instance* instance, std::shared_ptr<Payload>* payload);

  // Any state -> free. No effect on a value that means nothing any more.
  void Remove(baton_job job);

  // Takes out all live ones of an instance; the caller finalizes, also those taken before this throws
  // (bad_alloc). Waits until `deadline` for those being submitted; false: one still was, and stays its
  // submitter's if that fails.
  bool TakeLive(const Instance* instance, Clock::time_point deadline,
                std::vector<std::shared_ptr<Payload>>* taken);

  // Slots in use by an instance.
  size_t Count(const Instance* instance);

 private:
  // Others wait for the lock meanwhile.
  static constexpr size_t kMostAtOnce = 64;

  struct Slot {
    uint32_t generation = 0;
    uint32_t next_free = 0;            // the index of the one that was freed after it, if one was
    std::shared_ptr<Payload> payload;  // null: it is free
  };

  // The slot that `job` means right now, else null.
  Slot* Find(baton_job job) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  baton_status Check(baton_job job, const Instance* instance, Slot** slot)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  baton_status Begin(baton_job job, const Instance* instance, std::shared_ptr<Payload>* payload)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without the lock, as long as nobody waits: only who began it changes it.
  void EndSubmit(Payload* payload, HandleState state);
  // Empties a slot; returns what it held, to be destroyed without the lock. It takes no memory: what is
  // let go for want of it must not fail for want of it.
  std::shared_ptr<Payload> Empty(Slot* slot) noexcept EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddFree(uint32_t index) noexcept EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The one that has been free for longest. REQUIRES: one is.
  uint32_t TakeFree() noexcept EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The index of the slot of a handle of this part.
  static uint32_t IndexIn(baton_job job) { return static_cast<uint32_t>(job.bits) / kParts; }

  // Constant after construction.
  const uint32_t number_;
  const size_t late_reuse_;
  const uint32_t first_generation_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  std::deque<Slot> slots_ GUARDED_BY(mutex_);
  // A queue through the slots themselves.
  size_t free_ GUARDED_BY(mutex_) = 0;  // how many are free, but for the retired
  uint32_t first_free_ GUARDED_BY(mutex_) = 0;
  uint32_t last_free_ GUARDED_BY(mutex_) = 0;

  // Threads that wait for submits to end. Whoever waits says so first and looks then at the states;
  // whoever ends a submit changes the state first and looks then whether somebody waits. As these are in
  // one order for all (the default of atomics), one of them at least sees the other.
  std::atomic<int> waiting_{0};  // changed under mutex_
};

}  // namespace baton

#endif  // BATON_CORE_HANDLE_PART_H_
