// The jobs that wait in the lane, in the order in which they run. Its owner
// locks for it.
#ifndef BATON_CORE_LANE_QUEUE_H_
#define BATON_CORE_LANE_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "new_job.h"

namespace baton {

struct OwnedJob;

// A new job: as it was submitted, with its sequence, and itself.
struct Offered {
  std::shared_ptr<const NewJob> as_new;
  std::shared_ptr<OwnedJob> job;  // null: not for the lane
};

// Higher priority first, then lower sequence. One line for each priority, since
// jobs come in the order of their sequences: what is put in is put behind all
// others of its line, and a thread that takes one touches none of those that
// another thread has put in since.
class LaneQueue {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // How many of them have a state: the engine may let go of their payloads while they wait.
  size_t parkable() const { return parkable_; }

  void Push(Offered job) {
    if (HasState(job)) parkable_++;
    Line& line = lines_[-int64_t{job.as_new->priority}];
    auto at = line.end();
    while (at != line.begin() && std::prev(at)->as_new->sequence > job.as_new->sequence) --at;
    line.insert(at, std::move(job));
    size_++;
  }

  // The one that is next. REQUIRES: it is not empty.
  const Offered& Head() { return FirstLine().front(); }
  Offered Pop() {
    Line& line = FirstLine();
    Offered job = std::move(line.front());
    line.pop_front();
    size_--;
    // Not looked at if nobody has: what it is stays with the processor that made it.
    if (parkable_ > 0 && HasState(job)) parkable_--;
    // The last one is kept: mostly the next job has the same priority.
    if (line.empty() && lines_.size() > 1) lines_.erase(lines_.begin());
    return job;
  }

  // Calls `use` with each, in order.
  template <typename Function>
  void ForEach(Function&& use) const {
    for (const auto& [priority, line] : lines_) {
      for (const Offered& job : line) use(job);
    }
  }

  // All, in order.
  std::vector<Offered> TakeAll() {
    std::vector<Offered> all;
    all.reserve(size_);
    for (auto& [priority, line] : lines_)
      std::move(line.begin(), line.end(), std::back_inserter(all));
    lines_.clear();
    size_ = 0;
    parkable_ = 0;
    return all;
  }

  static bool HasState(const Offered& job) { return job.as_new->HasState(); }

 private:
  using Line = std::deque<Offered>;
  Line& FirstLine() {
    while (lines_.begin()->second.empty()) lines_.erase(lines_.begin());
    return lines_.begin()->second;
  }

  std::map<int64_t, Line> lines_;  // by descending priority; at most one is empty
  size_t size_ = 0;
  size_t parkable_ = 0;
};

}  // namespace baton

#endif  // BATON_CORE_LANE_QUEUE_H_
