#include "store_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace baton {

baton_status StoreQueue::Admit(const Shared& request) {
  const bool drains = phase_ == Phase::kDraining && request->kind == StoreKind::kCheckpoint;
  if (sealed_ || (request->awaited && phase_ != Phase::kOpen && !drains))
    return BATON_ERROR_CLOSING;
  return dead_ ? BATON_ERROR_STORE_FAILED : BATON_OK;
}

void StoreQueue::Append(const Shared& request) {
  request->ticket = ++last_ticket_;
  if (request->awaited) request->answered = std::make_unique<CondVar>(&mutex_);
  queued_.push_back(request);
  if (queued_.size() == 1 && wake_) wake_();
}

baton_status StoreQueue::Put(const Shared& request) {
  MutexLock lock(&mutex_);
  const baton_status status = Admit(request);
  if (status != BATON_OK) return status;
  if (request->kind == StoreKind::kSubmit) GiveSequences(request.get());
  request->first_sequence = next_sequence_;
  next_sequence_ += request->sequences;
  Append(request);
  return BATON_OK;
}

void StoreQueue::GiveSequences(StoreRequest* request) {
  for (StoredRow& row : request->rows) row.sequence = next_sequence_++;
}

void StoreQueue::PutInPlace(size_t count, const std::function<void(int64_t)>& use,
                            const Shared& record) {
  MutexLock lock(&mutex_);
  const int64_t first = next_sequence_;
  if (record != nullptr) {
    GiveSequences(record.get());
  } else {
    next_sequence_ += static_cast<int64_t>(count);
  }
  if (record != nullptr && Admit(record) == BATON_OK) Append(record);
  use(first);
}

Clock::time_point StoreQueue::Expire(Clock::time_point now) {
  std::vector<Shared> expired;
  Clock::time_point next = Clock::time_point::max();
  {
    MutexLock lock(&mutex_);
    const auto stays = [&](const Shared& request) { return request->expires > now; };
    const auto middle = std::stable_partition(queued_.begin(), queued_.end(), stays);
    std::move(middle, queued_.end(), std::back_inserter(expired));
    queued_.erase(middle, queued_.end());
    for (const Shared& request : queued_) next = std::min(next, request->expires);
  }
  for (const Shared& request : expired) Answer(request, BATON_ERROR_TIMED_OUT);
  return next;
}

baton_status StoreQueue::Await(const Shared& request, int64_t timeout_ms) {
  const Clock::time_point deadline = DeadlineIn(timeout_ms);
  {
    MutexLock lock(&mutex_);
    for (;;) {
      if (request->state == StoreRequest::State::kAnswered) return request->status;
      if (request->state == StoreRequest::State::kTaken) {
        request->answered->Wait();
      } else if (!request->answered->WaitUntil(deadline) &&
                 request->state == StoreRequest::State::kQueued) {
        const auto at = std::find(queued_.begin(), queued_.end(), request);
        if (at == queued_.end()) continue;  // being answered this very moment
        queued_.erase(at);
        break;
      }
    }
  }
  Answer(request, BATON_ERROR_TIMED_OUT);
  return BATON_ERROR_TIMED_OUT;
}

void StoreQueue::Answer(const Shared& request, baton_status status) {
  if (request->on_answer) request->on_answer(status);
  MutexLock lock(&mutex_);
  request->state = StoreRequest::State::kAnswered;
  request->status = status;
  if (request->answered != nullptr) request->answered->SignalAll();
}

int64_t StoreQueue::NextSequence() {
  MutexLock lock(&mutex_);
  return next_sequence_++;
}

void StoreQueue::StartSequence(int64_t next_sequence) {
  MutexLock lock(&mutex_);
  next_sequence_ = std::max(next_sequence_, next_sequence);
}

StoreQueue::Requests StoreQueue::TakeAll() {
  Requests all;
  MutexLock lock(&mutex_);
  for (Shared& request : queued_) {
    request->state = StoreRequest::State::kTaken;
    // Whoever waits with a deadline learns that there is none any more.
    if (request->answered != nullptr) request->answered->SignalAll();
    all.push_back(request);
    taken_.emplace(request->ticket, std::move(request));
  }
  queued_.clear();
  return all;
}

bool StoreQueue::AnswerTaken(uint64_t ticket, baton_status status,
                             std::vector<std::string> given_ids) {
  Shared request;
  {
    MutexLock lock(&mutex_);
    const auto at = taken_.find(ticket);
    if (at == taken_.end()) return false;
    request = std::move(at->second);
    taken_.erase(at);
  }
  request->given_ids = std::move(given_ids);
  Answer(request, status);
  return true;
}

bool StoreQueue::MarkCommitted(uint64_t ticket, std::vector<std::string> given_ids) {
  return AnswerTaken(ticket, BATON_OK, std::move(given_ids));
}

bool StoreQueue::Refuse(uint64_t ticket, baton_status status) {
  return AnswerTaken(ticket, status, {});
}

void StoreQueue::Died() {
  std::vector<Shared> failed;
  {
    MutexLock lock(&mutex_);
    dead_ = true;
    for (auto& [ticket, request] : taken_) {
      // The jobs of a kRecord live on, so what the store may have of them is right.
      if (request->kind == StoreKind::kSubmit) {
        for (const StoredRow& row : request->rows) doubtful_.push_back(row.id);
      }
      if (request->kind == StoreKind::kProperty) doubtful_properties_.push_back(request->property);
      failed.push_back(std::move(request));
    }
    taken_.clear();
    std::move(queued_.begin(), queued_.end(), std::back_inserter(failed));
    queued_.clear();
  }
  std::sort(failed.begin(), failed.end(),
            [](const Shared& a, const Shared& b) { return a->ticket < b->ticket; });
  for (const Shared& request : failed) Answer(request, BATON_ERROR_STORE_FAILED);
}

std::vector<std::string> StoreQueue::Doubtful() {
  MutexLock lock(&mutex_);
  return doubtful_;
}

std::vector<PropertyWrite> StoreQueue::DoubtfulProperties() {
  MutexLock lock(&mutex_);
  return doubtful_properties_;
}

void StoreQueue::Opened() {
  MutexLock lock(&mutex_);
  dead_ = false;
  doubtful_.clear();
  doubtful_properties_.clear();
}

void StoreQueue::BeginClose() {
  SendAway([](const StoreRequest& request) { return request.kind != StoreKind::kCheckpoint; },
           Phase::kDraining);
}

void StoreQueue::Close(const Instance* instance) {
  SendAway(
      [instance](const StoreRequest& request) {
        return instance == nullptr || request.instance == instance;
      },
      instance == nullptr ? Phase::kClosed : Phase::kOpen);
}

void StoreQueue::SendAway(const std::function<bool(const StoreRequest&)>& leaves, Phase next) {
  std::vector<Shared> withdrawn;
  {
    MutexLock lock(&mutex_);
    phase_ = std::max(phase_, next);
    const auto stays = [&](const Shared& request) {
      return !request->awaited || !leaves(*request);
    };
    const auto middle = std::stable_partition(queued_.begin(), queued_.end(), stays);
    std::move(middle, queued_.end(), std::back_inserter(withdrawn));
    queued_.erase(middle, queued_.end());
  }
  for (const Shared& request : withdrawn) Answer(request, BATON_ERROR_CLOSING);
}

void StoreQueue::Seal() {
  MutexLock lock(&mutex_);
  sealed_ = true;
  wake_ = nullptr;
  queued_.clear();
}

}  // namespace baton
