#include "ready_list.h"

#include <algorithm>
#include <utility>

#include "kernel.h"

namespace baton {
namespace {

Entry EntryOf(std::shared_ptr<const StoredRow> row, std::shared_ptr<OwnedJob> job) {
  Entry entry;
  entry.id = row->id;
  entry.sequence = row->sequence;
  entry.priority = row->priority;
  entry.max_attempts = row->max_attempts;
  entry.step_timeout_ms = row->step_timeout_ms;
  entry.progress = row->progress;
  entry.finalize_success = true;
  entry.row = std::move(row);
  entry.job = std::move(job);
  return entry;
}

}  // namespace

void ReadyList::Begun::Tell(const std::string& id, Inbox* inbox) {
  if (unheard == nullptr) return;
  inbox->Push(Submitted{*unheard, true});
  inbox->Push(Started{id});
  unheard = nullptr;
}

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
  const std::string id = entry.id;
  if (!entries_.emplace(key, std::move(entry)).second) return false;
  admitted_++;
  keys_.emplace(id, key);
  return true;
}

Entry ReadyList::TakeHead() {
  const auto waiting = entries_.begin();
  const auto unheard = unheard_.begin();
  if (waiting == entries_.end() || (unheard != unheard_.end() && unheard->first < waiting->first)) {
    return std::move(unheard_.extract(unheard).mapped());
  }
  keys_.erase(waiting->second.id);
  if (waiting->second.row == nullptr) admitted_--;
  return std::move(entries_.extract(waiting).mapped());
}

ReadyList::Runs ReadyList::Dispatch() {
  Runs runs;
  while (!closed_ && used_ < slots_ && !(entries_.empty() && unheard_.empty())) {
    const size_t unheard = unheard_.size();
    Entry entry = TakeHead();
    const bool heard = unheard == unheard_.size();
    auto control = std::make_shared<RunControl>();
    begun_.emplace(entry.id, Begun{control, entry.native, heard ? nullptr : entry.row});
    used_++;
    if (entry.native) {
      if (heard) inbox_->Push(Started{entry.id});
      runs.emplace_back(std::move(entry), std::move(control));
    } else {
      inbox_->Push(Granted{entry.id});
    }
  }
  return runs;
}

void ReadyList::Begin(Runs runs) {
  for (auto& [entry, control] : runs) run_(std::move(entry), std::move(control));
}

RequestAnswer ReadyList::Request(const std::string& id, RequestKind kind) {
  MutexLock lock(&mutex_);
  const auto key = keys_.find(id);
  if (key != keys_.end()) {
    const auto entry = entries_.find(key->second);
    if (entry->second.row == nullptr) admitted_--;
    entries_.erase(entry);
    keys_.erase(key);
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
  const Entry& last = entries_.rbegin()->second;
  return Place{last.id, last.priority, last.sequence};
}

void ReadyList::SetSlots(int slots) {
  {
    MutexLock lock(&mutex_);
    slots_ = slots;
  }
  Pump();
}

std::optional<std::string> ReadyList::End(const std::string& id, Ended ended) {
  std::optional<std::string> given_up;
  Runs runs;
  {
    MutexLock lock(&mutex_);
    const auto begun = begun_.find(id);
    if (begun->second.unheard != nullptr && ended.finalized) {
      given_up = Keep(
          {std::move(begun->second.unheard), std::move(ended.sample), ended.runtime_ms, NowMs()});
    } else {
      begun->second.Tell(id, inbox_);
      // So that the engine's history is in the order in which they ended.
      TellLives();
      inbox_->Push(std::move(ended));
    }
    begun_.erase(begun);
    used_--;
    runs = Dispatch();
  }
  Begin(std::move(runs));
  return given_up;
}

std::optional<std::string> ReadyList::Keep(Life life) {
  if (history_ == 0) return life.row->id;
  lives_.push_back(std::move(life));
  if (lives_.size() <= history_) return std::nullopt;
  std::string oldest = lives_.front().row->id;
  lives_.pop_front();
  return oldest;
}

void ReadyList::Offer(std::vector<Offered> jobs) {
  MutexLock lock(&mutex_);
  for (Offered& offered : jobs) {
    if (offered.job != nullptr && LaneIsOpen()) {
      if (unheard_.size() < lane_room_) {
        Enter(std::move(offered));
        continue;
      }
      // The engine has to see how many wait.
      TellWaiting();
    }
    posted_++;
    inbox_->Push(Submitted{*offered.row});
  }
}

void ReadyList::Pump() {
  Runs runs;
  {
    MutexLock lock(&mutex_);
    runs = Dispatch();
  }
  Begin(std::move(runs));
}

void ReadyList::Enter(Offered job) {
  Entry entry = EntryOf(std::move(job.row), std::move(job.job));
  const Key key = KeyOf(entry);
  unheard_.emplace_hint(unheard_.end(), key, std::move(entry));
  if (std::exchange(told_busy_, true)) return;
  inbox_->Push(LaneBusy());
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

void ReadyList::Tell(const std::string& id) {
  MutexLock lock(&mutex_);
  const auto begun = begun_.find(id);
  if (begun != begun_.end()) begun->second.Tell(id, inbox_);
}

void ReadyList::TellLives() {
  for (Life& life : lives_)
    inbox_->Push(Lived{*life.row, std::move(life.sample), life.runtime_ms, life.ended_at_ms});
  lives_.clear();
}

void ReadyList::TellBegun() {
  for (auto& [id, begun] : begun_) begun.Tell(id, inbox_);
}

void ReadyList::TellWaiting() {
  // They wait still, until the engine says how many do.
  lane_room_ -= std::min<uint64_t>(lane_room_, unheard_.size());
  for (auto& [key, entry] : unheard_) {
    inbox_->Push(Submitted{*entry.row, true});
    keys_.emplace(entry.id, key);
  }
  entries_.merge(unheard_);
}

bool ReadyList::IsBusy() {
  MutexLock lock(&mutex_);
  const auto unheard = [](const auto& begun) { return begun.second.unheard != nullptr; };
  told_busy_ = !unheard_.empty() || std::any_of(begun_.begin(), begun_.end(), unheard);
  return told_busy_;
}

void ReadyList::Raise(RunControl::Bit bit, const std::string& id) {
  MutexLock lock(&mutex_);
  for (auto& [begun_id, begun] : begun_) {
    if (id.empty() || id == begun_id) begun.control->Raise(bit);
  }
}

void ReadyList::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  TellLives();
  TellBegun();
  // These do not stand in the list any more: they are the engine's to let go.
  for (const auto& [key, entry] : unheard_) inbox_->Push(Submitted{*entry.row});
  unheard_.clear();
  entries_.clear();
  keys_.clear();
  for (auto& [id, begun] : begun_) begun.control->Raise(RunControl::kClosing);
}

bool ReadyList::HasBegun() {
  MutexLock lock(&mutex_);
  return !begun_.empty();
}

}  // namespace baton
