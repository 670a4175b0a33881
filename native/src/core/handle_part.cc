#include "handle_part.h"

#include <utility>

#include "instance.h"
#include "payload.h"

namespace baton {
namespace {

// Counted as long as it lives.
class Waiting {
 public:
  explicit Waiting(std::atomic<int>* count) : count_(count) { (*count_)++; }
  ~Waiting() { (*count_)--; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::atomic<int>* const count_;
};

}  // namespace

baton_job HandlePart::Insert(std::shared_ptr<Payload> payload) {
#ifndef BATON_SEED_RACE
  MutexLock lock(&mutex_);
#endif
  uint32_t index;
  if (free_ > late_reuse_) {
    index = TakeFree();
  } else {
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
    slots_.back().generation = first_generation_;
  }
  Slot& slot = slots_[index];
  const baton_job job = {uint64_t{slot.generation} << 32 | (index * kParts + number_)};
  payload->set_handle(job);
  slot.payload = std::move(payload);
  return job;
}

HandlePart::Slot* HandlePart::Find(baton_job job) {
  const uint32_t index = IndexIn(job);
  if (index >= slots_.size()) return nullptr;
  Slot* slot = &slots_[index];
  return slot->payload != nullptr && slot->generation == job.bits >> 32 ? slot : nullptr;
}

baton_status HandlePart::Check(baton_job job, const Instance* instance, Slot** slot) {
  if (job.bits == 0) return BATON_ERROR_INVALID_ARGUMENT;
  *slot = Find(job);
  if (*slot == nullptr) return BATON_ERROR_STALE_HANDLE;
  if ((*slot)->payload->instance() != instance) return BATON_ERROR_NOT_YOURS;
  const HandleState state = (*slot)->payload->handle_state();
  if (state == HandleState::kSubmitting) return BATON_ERROR_BUSY;
  if (state == HandleState::kSubmitted) return BATON_ERROR_ALREADY_SUBMITTED;
  if ((*slot)->payload->on_loop() && !instance->OnLoopThread()) return BATON_ERROR_WRONG_THREAD;
  return BATON_OK;
}

void HandlePart::AddFree(uint32_t index) noexcept {
  if (free_++ == 0) {
    first_free_ = index;
  } else {
    slots_[last_free_].next_free = index;
  }
  last_free_ = index;
}

uint32_t HandlePart::TakeFree() noexcept {
  const uint32_t index = first_free_;
  first_free_ = slots_[index].next_free;
  free_--;
  return index;
}

std::shared_ptr<Payload> HandlePart::Empty(Slot* slot) noexcept {
  const uint32_t index = IndexIn(slot->payload->handle());
  // A slot whose generation would wrap is never used again.
  if (++slot->generation != 0) AddFree(index);
  if (waiting_ > 0) changed_.SignalAll();
  return std::move(slot->payload);
}

baton_status HandlePart::Begin(baton_job job, const Instance* instance,
                               std::shared_ptr<Payload>* payload) {
  Slot* slot = nullptr;
  const baton_status status = Check(job, instance, &slot);
  if (status != BATON_OK) return status;
  slot->payload->set_handle_state(HandleState::kSubmitting);
  *payload = slot->payload;
  return BATON_OK;
}

baton_status HandlePart::BeginSubmit(baton_job job, const Instance* instance,
                                     std::shared_ptr<Payload>* payload) {
  MutexLock lock(&mutex_);
  return Begin(job, instance, payload);
}

void HandlePart::EndSubmit(Payload* payload, HandleState state) {
  payload->set_handle_state(state);
  if (waiting_ == 0) return;
  MutexLock lock(&mutex_);
  changed_.SignalAll();
}

baton_status HandlePart::Free(baton_job job, const Instance* instance,
                              std::shared_ptr<Payload>* payload) {
  MutexLock lock(&mutex_);
  Slot* slot = nullptr;
  const baton_status status = Check(job, instance, &slot);
  if (status != BATON_OK) return status;
  *payload = Empty(slot);
  return BATON_OK;
}

void HandlePart::Remove(baton_job job) {
  std::shared_ptr<Payload> removed;
  MutexLock lock(&mutex_);
  Slot* slot = Find(job);
  if (slot != nullptr) removed = Empty(slot);
}

bool HandlePart::TakeLive(const Instance* instance, Clock::time_point deadline,
                          std::vector<std::shared_ptr<Payload>>* taken) {
  MutexLock lock(&mutex_);
  const Waiting waiting(&waiting_);
  bool submitting;
  for (bool late = false;; late = !changed_.WaitUntil(deadline)) {
    submitting = false;
    for (Slot& slot : slots_) {
      if (slot.payload == nullptr || slot.payload->instance() != instance) continue;
      const HandleState state = slot.payload->handle_state();
      if (state == HandleState::kLive) {
        taken->emplace_back();  // first a place for it, then what cannot fail any more
        taken->back() = Empty(&slot);
      }
      if (state == HandleState::kSubmitting) submitting = true;
    }
    if (!submitting || late) break;
  }
  return !submitting;
}

size_t HandlePart::Count(const Instance* instance) {
  MutexLock lock(&mutex_);
  size_t count = 0;
  for (const Slot& slot : slots_) {
    if (slot.payload != nullptr && slot.payload->instance() == instance) count++;
  }
  return count;
}

}  // namespace baton
