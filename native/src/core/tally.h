// Counts the payloads of one plugin instance. Any thread.
//
// The invariant of the whole product: created == finalized + live + owed, at every instant.
#ifndef BATON_CORE_TALLY_H_
#define BATON_CORE_TALLY_H_

#include <atomic>
#include <cstdint>

#include "mutex.h"

namespace baton {

struct Counts {
  uint64_t created = 0;
  uint64_t finalized = 0;
  uint64_t live = 0;  // with a handle, or owned by the host
  uint64_t owed = 0;  // in a step that was left alone
  bool Balanced() const { return created == finalized + live + owed; }
};

class Tally {
 public:
  // Where one payload is counted. Kept in the payload, changed only here: by Create and Forget while
  // nobody else knows of it, then under the tally's lock.
  enum class Place { kNone, kLive, kOwed, kFinalized };

  void Create(Place* place) {
    *place = Place::kLive;
    created_++;
  }
  // The create failed after all.
  void Forget(Place* place) {
    *place = Place::kNone;
    created_--;
  }
  // A step that does not return is left alone. No effect on what is finalized.
  void Owe(Place* place) {
    MutexLock lock(&mutex_);
    if (*place != Place::kLive) return;
    *place = Place::kOwed;
    gone_++;
    owed_++;
  }
  // It has returned after all. No effect on what is finalized.
  void Regain(Place* place) {
    MutexLock lock(&mutex_);
    if (*place != Place::kOwed) return;
    *place = Place::kLive;
    gone_--;
    owed_--;
  }
  void Finalize(Place* place) {
    MutexLock lock(&mutex_);
    if (*place == Place::kOwed) {
      owed_--;
    } else {
      gone_++;
    }
    *place = Place::kFinalized;
    finalized_++;
  }
  Counts Read() {
    MutexLock lock(&mutex_);
    // What is gone was created before.
    const uint64_t created = created_;
    return {created, finalized_, created - gone_, owed_};
  }

 private:
  // Those who create and those who finalize do not wait for each other.
  alignas(kCacheLine) std::atomic<uint64_t> created_{0};

  alignas(kCacheLine) Mutex mutex_;
  // Guarded by mutex_.
  uint64_t gone_ GUARDED_BY(mutex_) = 0;  // not live any more
  uint64_t finalized_ GUARDED_BY(mutex_) = 0;
  uint64_t owed_ GUARDED_BY(mutex_) = 0;
};

}  // namespace baton

#endif  // BATON_CORE_TALLY_H_
