// Counts the payloads of one plugin instance. Any thread.
//
// The invariant of the whole product: created == finalized + live + owed, at every instant.
#ifndef BATON_CORE_TALLY_H_
#define BATON_CORE_TALLY_H_

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
  // Where one payload is counted. Kept in the payload, changed only here, under the tally's lock.
  enum class Place { kNone, kLive, kOwed, kFinalized };

  void Create(Place* place) {
    MutexLock lock(&mutex_);
    *place = Place::kLive;
    counts_.created++;
    counts_.live++;
  }
  // The create failed after all.
  void Forget(Place* place) {
    MutexLock lock(&mutex_);
    *place = Place::kNone;
    counts_.created--;
    counts_.live--;
  }
  // A step that does not return is left alone. No effect on what is finalized.
  void Owe(Place* place) {
    MutexLock lock(&mutex_);
    if (*place != Place::kLive) return;
    *place = Place::kOwed;
    counts_.live--;
    counts_.owed++;
  }
  // It has returned after all. No effect on what is finalized.
  void Regain(Place* place) {
    MutexLock lock(&mutex_);
    if (*place != Place::kOwed) return;
    *place = Place::kLive;
    counts_.owed--;
    counts_.live++;
  }
  void Finalize(Place* place) {
    MutexLock lock(&mutex_);
    (*place == Place::kOwed ? counts_.owed : counts_.live)--;
    *place = Place::kFinalized;
    counts_.finalized++;
  }
  Counts Read() {
    MutexLock lock(&mutex_);
    return counts_;
  }

 private:
  Mutex mutex_;
  Counts counts_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_TALLY_H_
