#include "child_tree.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "text.h"

namespace baton {
namespace {

constexpr double kLeastWeight = 0.01;

// As deep as a tree of baton-jobs/progress, its root included.
constexpr uint32_t kMostLevels = 100;

bool IsOutcome(int32_t outcome) {
  return outcome == BATON_STOP_SUCCESS || outcome == BATON_STOP_FAILURE ||
         outcome == BATON_STOP_CANCELED;
}

// What comes of a weighted sum: all of it is 1, whatever rounding makes of it.
double Mean(double sum, double weights, bool whole) {
  if (whole) return 1;
  return weights > 0 ? std::min(sum / weights, std::nextafter(1.0, 0.0)) : 0;
}

// Another than that of any tree of this process and, as far as the clock goes forward, of one before it.
int64_t NextLife() {
  static std::atomic<int64_t> last{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  int64_t before = last.load(std::memory_order_relaxed);
  int64_t next = 0;
  do {
    next = std::max(now_us, before + 1);
  } while (!last.compare_exchange_weak(before, next, std::memory_order_relaxed));
  return next;
}

}  // namespace

ChildTree::ChildTree() : life_(NextLife()) {}

baton_status ChildTree::Add(uint32_t parent, const char* name, double weight, int64_t now_ms,
                            uint32_t* child) {
  Child added;
  const baton_status status = CopyName(name, BATON_NAME_SIZE - 1, &added.name);
  if (status != BATON_OK) return status;
  if (!(weight >= kLeastWeight) || !std::isfinite(weight)) return BATON_ERROR_INVALID_ARGUMENT;
  added.parent = parent;
  added.weight = weight;
  added.started_at_ms = now_ms;
  MutexLock lock(&mutex_);
  Child* const above = parent == 0 ? nullptr : Find(parent);
  if (parent != 0 && above == nullptr) return BATON_ERROR_NOT_FOUND;
  if (above != nullptr && above->outcome != 0) return BATON_ERROR_WRONG_STATE;
  if (above != nullptr) added.depth = above->depth + 1;
  if (children_.size() >= BATON_MAX_CHILDREN || added.depth >= kMostLevels)
    return BATON_ERROR_TOO_LARGE;
  if (above != nullptr) above->is_parent = true;
  if (children_.empty()) started_at_ms_ = now_ms;
  children_.push_back(std::move(added));
  const uint32_t number = static_cast<uint32_t>(children_.size());
  canceled_[number - 1].store(IsCanceled(parent), std::memory_order_release);
  count_.store(number, std::memory_order_release);
  Changed();
  *child = number;
  return BATON_OK;
}

baton_status ChildTree::Report(uint32_t child, double done, double total) {
  if (!(total > 0) || !(done >= 0) || !(done <= total) || !std::isfinite(total))
    return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&mutex_);
  Child* const found = Find(child);
  if (found == nullptr) return BATON_ERROR_NOT_FOUND;
  if (found->outcome != 0 || found->is_parent) return BATON_ERROR_WRONG_STATE;
  found->done = done;
  found->total = total;
  Changed();
  return BATON_OK;
}

baton_status ChildTree::Finish(uint32_t child, int32_t outcome, int64_t now_ms) {
  if (!IsOutcome(outcome)) return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&mutex_);
  Child* const found = Find(child);
  if (found == nullptr) return BATON_ERROR_NOT_FOUND;
  if (found->outcome != 0) return BATON_ERROR_WRONG_STATE;
  Weigh();
  End(found, child, outcome, now_ms);
  // Those below stand behind it.
  for (uint32_t number = child + 1; number <= children_.size(); number++) {
    Child* const below = Find(number);
    Child* const above = Find(below->parent);
    if (above == nullptr || above->outcome == 0 || below->outcome != 0) continue;
    End(below, number, outcome, now_ms);
  }
  Changed();
  return BATON_OK;
}

bool ChildTree::Cancel(int64_t life, uint32_t number) {
  MutexLock lock(&mutex_);
  if (life != life_) return false;
  const Child* const found = Find(number);
  if (found == nullptr || found->outcome != 0) return false;
  canceled_[number - 1].store(true, std::memory_order_release);
  for (uint32_t below = number + 1; below <= children_.size(); below++) {
    if (IsCanceled(Find(below)->parent))
      canceled_[below - 1].store(true, std::memory_order_release);
  }
  Changed();
  return true;
}

double ChildTree::Fraction() {
  MutexLock lock(&mutex_);
  return Weigh();
}

TreeCopy ChildTree::Copy() {
  MutexLock lock(&mutex_);
  TreeCopy copy;
  copy.fraction = Weigh();
  copy.started_at_ms = started_at_ms_;
  copy.life = life_;
  copy.children.reserve(children_.size());
  uint32_t number = 0;
  for (const Child& child : children_) {
    number++;
    copy.children.push_back({child.parent, child.name, child.weight, child.done, child.total,
                             child.shown, child.outcome, IsCanceled(number), child.started_at_ms,
                             child.ended_at_ms});
  }
  return copy;
}

void ChildTree::Clear() {
  MutexLock lock(&mutex_);
  children_.clear();
  life_ = NextLife();
  count_.store(0, std::memory_order_release);
  shown_ = 0;
  Changed();
}

ChildTree::Child* ChildTree::Find(uint32_t number) {
  return number == 0 || number > children_.size() ? nullptr : &children_[number - 1];
}

double ChildTree::Weigh() {
  struct Sum {
    double shares = 0;
    double weights = 0;
    bool whole = true;
  };
  std::vector<Sum> sums(children_.size() + 1);
  for (size_t number = children_.size(); number > 0; number--) {
    Child& child = children_[number - 1];
    const Sum& below = sums[number];
    const double own =
        child.is_parent ? Mean(below.shares, below.weights, below.whole) : child.done / child.total;
    // What failed or was canceled stays where it stopped.
    if (child.outcome == BATON_STOP_SUCCESS) child.shown = 1;
    if (child.outcome == 0) child.shown = std::max(child.shown, own);
    Sum& above = sums[child.parent];
    above.shares += child.shown * child.weight;
    above.weights += child.weight;
    above.whole = above.whole && child.shown == 1;
  }
  shown_ = std::max(shown_, Mean(sums[0].shares, sums[0].weights, sums[0].whole));
  return shown_;
}

void ChildTree::End(Child* child, uint32_t number, int32_t outcome, int64_t now_ms) {
  // As with every job: what was canceled is canceled, however it ends.
  child->outcome = IsCanceled(number) ? BATON_STOP_CANCELED : outcome;
  child->ended_at_ms = now_ms;
  if (child->outcome == BATON_STOP_SUCCESS) child->done = child->total;
}

}  // namespace baton
