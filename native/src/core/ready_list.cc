#include "ready_list.h"

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
  if (closed_ || entries_.size() >= limit_) return false;
  if (keys_.count(entry.id) != 0 || begun_.count(entry.id) != 0) return false;
  const Key key = KeyOf(entry);
  const std::string id = entry.id;
  if (!entries_.emplace(key, std::move(entry)).second) return false;
  keys_.emplace(id, key);
  return true;
}

ReadyList::Runs ReadyList::Dispatch() {
  Runs runs;
  while (!closed_ && used_ < slots_ && !entries_.empty()) {
    Entry entry = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    keys_.erase(entry.id);
    auto control = std::make_shared<RunControl>();
    begun_.emplace(entry.id, Begun{control, entry.native});
    used_++;
    if (entry.native) {
      inbox_->Push(Started{entry.id});
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
    entries_.erase(key->second);
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
  Runs runs;
  {
    MutexLock lock(&mutex_);
    slots_ = slots;
    runs = Dispatch();
  }
  Begin(std::move(runs));
}

void ReadyList::End(const std::string& id, Ended ended) {
  Runs runs;
  {
    MutexLock lock(&mutex_);
    inbox_->Push(std::move(ended));
    begun_.erase(id);
    used_--;
    runs = Dispatch();
  }
  Begin(std::move(runs));
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
  entries_.clear();
  keys_.clear();
  for (auto& [id, begun] : begun_) begun.control->Raise(RunControl::kClosing);
}

bool ReadyList::HasBegun() {
  MutexLock lock(&mutex_);
  return !begun_.empty();
}

}  // namespace baton
