#include "ready_list.h"

#include <algorithm>
#include <utility>

#include "kernel.h"
#include "recycling.h"

namespace baton {

bool ReadyList::Admit(Entry entry) {
  std::vector<Entry> entries;
  entries.push_back(std::move(entry));
  return AdmitAll(std::move(entries)).empty();
}

std::vector<std::string> ReadyList::AdmitAll(std::vector<Entry> entries) {
  std::vector<std::string> refused;
  Runs runs;
  {
    MutexLock lock(&mutex_);
    for (Entry& entry : entries) {
      std::string id = entry.id;
      if (!Insert(std::move(entry))) refused.push_back(std::move(id));
    }
    runs = Dispatch();
  }
  Begin(std::move(runs));
  return refused;
}

bool ReadyList::Insert(Entry entry) {
  if (closed_ || admitted_ >= limit_) return false;
  if (keys_.count(entry.id) != 0 || begun_.count(entry.id) != 0) return false;
  const Key key = KeyOf(entry);
  Waiting waiting{std::make_unique<Entry>(std::move(entry)), {}};
  const auto [at, is_new] = entries_.try_emplace(key, std::move(waiting));
  if (!is_new) return false;
  admitted_++;
  keys_.emplace(at->second.id(), key);
  return true;
}

void ReadyList::StartHeard(Runs* runs) {
  keys_.erase(entries_.begin()->second.id());
  Waiting waiting = std::move(entries_.extract(entries_.begin()).mapped());
  if (waiting.admitted != nullptr) admitted_--;
  const bool native = waiting.admitted == nullptr || waiting.admitted->native;
  const std::string id(waiting.id());
  auto control = MakeRecycled<RunControl>(std::move(waiting.from_lane));
  begun_.emplace(id, Begun{control, native});
  if (!native) return inbox_->Push(Granted{id});
  inbox_->Push(Started{id});
  runs->push_back({std::move(waiting.admitted), std::move(control), nullptr});
}

ReadyList::Runs ReadyList::Dispatch() {
  Runs runs;
  while (!closed_ && used_ < slots_ && !(entries_.empty() && unheard_.empty())) {
    const bool heard =
        unheard_.empty() ||
        (!entries_.empty() && entries_.begin()->first < KeyOf(*unheard_.Head().as_new));
    used_++;
    heard ? StartHeard(&runs) : StartUnheard(&runs);
  }
  return runs;
}

RequestAnswer ReadyList::Request(const std::string& id, RequestKind kind) {
  MutexLock lock(&mutex_);
  const auto key = keys_.find(id);
  if (key != keys_.end()) {
    const auto entry = entries_.find(key->second);
    if (entry->second.admitted != nullptr) admitted_--;
    keys_.erase(key);
    entries_.erase(entry);
    return RequestAnswer::kRemoved;
  }
  const auto begun = begun_.find(id);
  if (begun == begun_.end()) return RequestAnswer::kAbsent;
  if (kind == RequestKind::kPause) begun->second.control->Raise(RunControl::kPause);
  if (kind == RequestKind::kCancel) begun->second.control->Raise(RunControl::kCancel);
  return RequestAnswer::kBegun;
}

bool ReadyList::TakeBack(const std::string& id) {
  MutexLock lock(&mutex_);
  const auto begun = begun_.find(id);
  return begun != begun_.end() && begun->second.control->TakeBackPause();
}

bool ReadyList::Release(const std::string& id) {
  Runs runs;
  {
    MutexLock lock(&mutex_);
    const auto begun = begun_.find(id);
    if (begun == begun_.end() || begun->second.native) return false;
    begun_.erase(begun);
    used_--;
    TellLives();
    runs = Dispatch();
  }
  Begin(std::move(runs));
  return true;
}

std::optional<ReadyList::Place> ReadyList::LowestEntry() {
  MutexLock lock(&mutex_);
  if (entries_.empty()) return std::nullopt;
  const auto& [key, last] = *entries_.rbegin();
  return Place{std::string(last.id()), static_cast<int32_t>(-key.first), key.second};
}

void ReadyList::SetSlots(int slots) {
  {
    MutexLock lock(&mutex_);
    slots_ = slots;
  }
  Pump();
}

std::shared_ptr<OwnedJob> ReadyList::End(const JobId& id, const RunControl& control,
                                         Ended&& ended) {
  std::shared_ptr<OwnedJob> given_up;
  Runs runs;
  {
    MutexLock lock(&mutex_);
    const auto unheard = FindUnheard(control);
    if (unheard != unheard_runs_.end() && ended.finalized) {
      given_up =
          Keep({control.from_lane, std::move(ended.sample), ended.runtime_ms, ended.ended_at_ms});
      std::swap(*unheard, unheard_runs_.back());
      unheard_runs_.pop_back();
    } else {
      if (unheard != unheard_runs_.end()) TellRun(unheard);
      // So that the engine's history is in the order in which they ended.
      TellLives();
      ended.id = id;
      begun_.erase(ended.id);
      inbox_->Push(std::move(ended));
    }
    used_--;
    runs = Dispatch();
  }
  Begin(std::move(runs));
  return given_up;
}

void ReadyList::Pump() {
  Runs runs;
  {
    MutexLock lock(&mutex_);
    runs = Dispatch();
  }
  Begin(std::move(runs));
}

void ReadyList::Raise(RunControl::Bit bit, const std::string& id) {
  MutexLock lock(&mutex_);
  for (auto& [begun_id, begun] : begun_) {
    if (id.empty() || id == begun_id) begun.control->Raise(bit);
  }
  for (const auto& run : unheard_runs_) {
    if (id.empty() || id == run->from_lane.as_new->id.view()) run->Raise(bit);
  }
}

void ReadyList::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  TellLives();
  TellBegun();
  // These do not stand in the list any more: they are the engine's to let go.
  for (const Offered& job : unheard_.TakeAll()) PostSubmitted(job, false);
  keys_.clear();
  entries_.clear();
  for (auto& [id, begun] : begun_) begun.control->Raise(RunControl::kClosing);
}

bool ReadyList::HasBegun() {
  MutexLock lock(&mutex_);
  return !begun_.empty() || !unheard_runs_.empty();
}

}  // namespace baton
