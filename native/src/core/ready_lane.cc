// The lane: entries that the engine has not heard of.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "owned_job.h"
#include "ready_list.h"

namespace baton {

ReadyList::Runs ReadyList::Offer(Offers jobs) {
  MutexLock lock(&mutex_);
  for (Offered& offered : jobs) {
    if (offered.job != nullptr && LaneIsOpen()) {
      if (!LaneQueue::HasState(offered) || unheard_.parkable() < lane_room_) {
        Enter(std::move(offered));
        continue;
      }
      // The engine has to see how many wait, and may park some.
      TellWaiting();
    }
    posted_++;
    PostSubmitted(offered, false);
  }
  return Dispatch();
}

void ReadyList::PostSubmitted(const Offered& job, bool admitted) {
  if (job.job != nullptr) jobs_->Add(job.job);
  inbox_->Push(Submitted{RowOf(*job.as_new), admitted});
}

void ReadyList::RegisterAll() {
  MutexLock lock(&mutex_);
  if (std::exchange(registers_, true)) return;
  unheard_.ForEach([&](const Offered& waiting) { jobs_->Add(waiting.job); });
  for (const auto& run : unheard_runs_) jobs_->Add(run->from_lane.job);
  for (const Life& life : lives_) jobs_->Add(life.job.job);
}

void ReadyList::Enter(Offered job) {
  registers_ = registers_ && !(unheard_.empty() && unheard_runs_.empty());
  if (registers_) jobs_->Add(job.job);
  unheard_.Push(std::move(job));
  if (std::exchange(told_busy_, true)) return;
  inbox_->Push(LaneBusy());
}

void ReadyList::StartUnheard(Runs* runs) {
  unheard_runs_.push_back(MakeRecycled<RunControl>(unheard_.Pop()));
  runs->push_back({nullptr, unheard_runs_.back(), nullptr});
}

void ReadyList::Begin(Runs runs) noexcept {
  for (Beginner& beginner : runs) run_(std::move(beginner));
}

std::shared_ptr<OwnedJob> ReadyList::Keep(Life life) {
  lives_.push_back(std::move(life));
  if (lives_.size() <= history_) return nullptr;
  std::shared_ptr<OwnedJob> oldest = std::move(lives_.front().job.job);
  lives_.pop_front();
  // Whoever closes must find it until that is finalized.
  if (oldest->payload() != nullptr) jobs_->Add(oldest);
  return oldest;
}

void ReadyList::OpenLane(bool open, uint64_t entered, uint64_t room) {
  MutexLock lock(&mutex_);
  lane_open_ = open;
  entered_ = entered;
  lane_room_ = room;
  if (open) return;
  TellLives();
  TellBegun();
  TellWaiting();
}

void ReadyList::HoldLane() {
  MutexLock lock(&mutex_);
  lane_holds_++;
  TellLives();
  TellBegun();
  TellWaiting();
}

void ReadyList::UnholdLane() {
  MutexLock lock(&mutex_);
  lane_holds_--;
}

void ReadyList::TellAll() {
  MutexLock lock(&mutex_);
  TellLives();
  TellBegun();
  TellWaiting();
}

void ReadyList::Tell(const RunControl& control) {
  MutexLock lock(&mutex_);
  const auto unheard = FindUnheard(control);
  if (unheard != unheard_runs_.end()) TellRun(unheard);
}

void ReadyList::TickPushes() {
  MutexLock lock(&mutex_);
  for (size_t i = unheard_runs_.size(); i > 0; i--) {
    const auto run = unheard_runs_.begin() + static_cast<std::ptrdiff_t>(i - 1);
    if ((*run)->HasKept()) {
      TellRun(run);
    } else {
      (*run)->Raise(RunControl::kTickPush);
    }
  }
  for (auto& [id, begun] : begun_) {
    if (!begun.control->TellKept()) begun.control->Raise(RunControl::kTickPush);
  }
}

ReadyList::UnheardRuns::iterator ReadyList::FindUnheard(const RunControl& control) {
  const auto is_it = [&](const auto& run) { return run.get() == &control; };
  return std::find_if(unheard_runs_.begin(), unheard_runs_.end(), is_it);
}

void ReadyList::TellRun(UnheardRuns::iterator run) {
  const Offered& job = (*run)->from_lane;
  const std::string id = job.as_new->id;
  PostSubmitted(job, true);
  inbox_->Push(Started{id});
  begun_.emplace(id, Begun{std::move(*run), true});
  std::swap(*run, unheard_runs_.back());
  unheard_runs_.pop_back();
}

void ReadyList::TellLives() {
  for (Life& life : lives_) {
    jobs_->Add(life.job.job);
    inbox_->Push(
        Lived{RowOf(*life.job.as_new), std::move(life.sample), life.runtime_ms, life.ended_at_ms});
  }
  lives_.clear();
}

void ReadyList::TellBegun() {
  while (!unheard_runs_.empty()) TellRun(unheard_runs_.begin());
}

void ReadyList::TellWaiting() {
  // They wait still, until the engine says how many do.
  lane_room_ -= std::min<uint64_t>(lane_room_, unheard_.parkable());
  for (Offered& job : unheard_.TakeAll()) {
    PostSubmitted(job, true);
    const Key key = KeyOf(*job.as_new);
    keys_.emplace(job.as_new->id.view(), key);
    entries_.emplace(key, Waiting{nullptr, std::move(job)});
  }
}

bool ReadyList::IsBusy() {
  MutexLock lock(&mutex_);
  told_busy_ = !unheard_.empty() || !unheard_runs_.empty();
  return told_busy_;
}

}  // namespace baton
