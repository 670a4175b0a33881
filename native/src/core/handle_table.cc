#include "handle_table.h"

#include <utility>

#include "instance.h"
#include "payload.h"

namespace baton {

HandleTable& HandleTable::Process() {
  static HandleTable* const table =
      new HandleTable();  // leaked on purpose: late threads may still call
  return *table;
}

baton_job HandleTable::Insert(std::shared_ptr<Payload> payload) {
  MutexLock lock(&mutex_);
  uint32_t index;
  if (free_.size() > late_reuse_) {
    index = free_.front();
    free_.pop_front();
  } else {
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
    slots_.back().generation = first_generation_;
  }
  Slot& slot = slots_[index];
  const baton_job job = {uint64_t{slot.generation} << 32 | index};
  payload->set_handle(job);
  slot.state = State::kLive;
  slot.payload = std::move(payload);
  return job;
}

HandleTable::Slot* HandleTable::Find(baton_job job) {
  const uint64_t index = job.bits & UINT32_MAX;
  if (index >= slots_.size()) return nullptr;
  Slot* slot = &slots_[index];
  return slot->state != State::kFree && slot->generation == job.bits >> 32 ? slot : nullptr;
}

baton_status HandleTable::Check(baton_job job, const Instance* instance, Slot** slot) {
  if (job.bits == 0) return BATON_ERROR_INVALID_ARGUMENT;
  *slot = Find(job);
  if (*slot == nullptr) return BATON_ERROR_STALE_HANDLE;
  if ((*slot)->payload->instance() != instance) return BATON_ERROR_NOT_YOURS;
  if ((*slot)->state == State::kSubmitting) return BATON_ERROR_BUSY;
  if ((*slot)->state == State::kSubmitted) return BATON_ERROR_ALREADY_SUBMITTED;
  if ((*slot)->payload->on_loop() && !instance->OnLoopThread()) return BATON_ERROR_WRONG_THREAD;
  return BATON_OK;
}

std::shared_ptr<Payload> HandleTable::Empty(Slot* slot) {
  slot->state = State::kFree;
  const uint32_t index = static_cast<uint32_t>(slot->payload->handle().bits & UINT32_MAX);
  // A slot whose generation would wrap is never used again.
  if (++slot->generation != 0) free_.push_back(index);
  changed_.SignalAll();
  return std::move(slot->payload);
}

baton_status HandleTable::BeginSubmit(baton_job job, const Instance* instance,
                                      std::shared_ptr<Payload>* payload) {
  MutexLock lock(&mutex_);
  Slot* slot = nullptr;
  const baton_status status = Check(job, instance, &slot);
  if (status != BATON_OK) return status;
  slot->state = State::kSubmitting;
  *payload = slot->payload;
  return BATON_OK;
}

void HandleTable::AbortSubmit(baton_job job) {
  MutexLock lock(&mutex_);
  Slot* slot = Find(job);
  if (slot == nullptr) return;
  slot->state = State::kLive;
  changed_.SignalAll();
}

void HandleTable::CommitSubmit(baton_job job) {
  MutexLock lock(&mutex_);
  Slot* slot = Find(job);
  if (slot == nullptr) return;
  slot->state = State::kSubmitted;
  changed_.SignalAll();
}

baton_status HandleTable::Free(baton_job job, const Instance* instance,
                               std::shared_ptr<Payload>* payload) {
  MutexLock lock(&mutex_);
  Slot* slot = nullptr;
  const baton_status status = Check(job, instance, &slot);
  if (status != BATON_OK) return status;
  *payload = Empty(slot);
  return BATON_OK;
}

void HandleTable::Remove(baton_job job) {
  std::shared_ptr<Payload> removed;
  MutexLock lock(&mutex_);
  Slot* slot = Find(job);
  if (slot != nullptr) removed = Empty(slot);
}

std::vector<std::shared_ptr<Payload>> HandleTable::TakeLive(const Instance* instance,
                                                            Clock::time_point deadline) {
  std::vector<std::shared_ptr<Payload>> taken;
  MutexLock lock(&mutex_);
  for (;;) {
    bool submitting = false;
    for (Slot& slot : slots_) {
      if (slot.state == State::kFree || slot.payload->instance() != instance) continue;
      if (slot.state == State::kLive) taken.push_back(Empty(&slot));
      if (slot.state == State::kSubmitting) submitting = true;
    }
    if (!submitting || !changed_.WaitUntil(deadline)) return taken;
  }
}

size_t HandleTable::Count(const Instance* instance) {
  MutexLock lock(&mutex_);
  size_t count = 0;
  for (const Slot& slot : slots_) {
    if (slot.state != State::kFree && slot.payload->instance() == instance) count++;
  }
  return count;
}

}  // namespace baton
