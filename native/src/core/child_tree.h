// The parts of a job's progress: what its steps have added to the root of its tree. They are the
// payload's: they last until it is reset or finalized.
//
// Adding, reporting, finishing and copying is for the thread that has the job. Anybody may cancel, and
// ask whether something is canceled.
#ifndef BATON_CORE_CHILD_TREE_H_
#define BATON_CORE_CHILD_TREE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "baton.h"
#include "mutex.h"
#include "record.h"

namespace baton {

class ChildTree {
 public:
  ChildTree();
  ChildTree(const ChildTree&) = delete;
  ChildTree& operator=(const ChildTree&) = delete;

  // INVALID_ARGUMENT, TOO_LARGE, NOT_FOUND, WRONG_STATE: as baton_run. Times are epoch milliseconds.
  baton_status Add(uint32_t parent, const char* name, double weight, int64_t now_ms,
                   uint32_t* child);
  baton_status Report(uint32_t child, double done, double total);
  baton_status Finish(uint32_t child, int32_t outcome, int64_t now_ms);

  // Asks a child and all below it to stop. False: there is none of this number that goes on, or it was
  // shown in another life.
  bool Cancel(int64_t life, uint32_t number);
  // One atomic load, or two.
  bool IsCanceled(uint32_t number) const {
    if (number == 0 || number > count_.load(std::memory_order_acquire)) return false;
    return canceled_[number - 1].load(std::memory_order_acquire);
  }

  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  // Whether anything has changed since the last call.
  bool TakeChanged() { return changed_.exchange(false, std::memory_order_acq_rel); }
  // From 0 to 1, by weight. Never less than before.
  double Fraction();
  TreeCopy Copy();

  // The job starts over; the numbers begin anew, in another life.
  void Clear();

 private:
  struct Child {
    uint32_t parent = 0;
    uint32_t depth = 1;
    std::string name;
    double weight = 1;
    double done = 0;
    double total = 100;
    double shown = 0;     // the largest fraction that anybody has seen
    int32_t outcome = 0;  // 0: it goes on, else a BATON_STOP_ number
    bool is_parent = false;
    int64_t started_at_ms = 0;
    int64_t ended_at_ms = 0;
  };

  Child* Find(uint32_t number) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Works out what is shown of each, and returns what is of the root.
  double Weigh() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(Child* child, uint32_t number, int32_t outcome, int64_t now_ms)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Changed() { changed_.store(true, std::memory_order_release); }

  Mutex mutex_;
  std::vector<Child> children_ GUARDED_BY(mutex_);  // a parent stands before its children
  double shown_ GUARDED_BY(mutex_) = 0;
  int64_t started_at_ms_ GUARDED_BY(mutex_) = 0;
  int64_t life_ GUARDED_BY(mutex_);

  std::atomic<bool> changed_{false};
  std::atomic<uint32_t> count_{0};
  std::array<std::atomic<bool>, BATON_MAX_CHILDREN> canceled_{};
};

}  // namespace baton

#endif  // BATON_CORE_CHILD_TREE_H_
