#include "inbox.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "baton.h"
#include "kernel.h"

namespace baton {

void Inbox::Push(Message message) {
  MutexLock lock(&mutex_);
  if (closed_) return;
  if (std::holds_alternative<Logged>(message) && ++lines_ > kMaxLines) {
    ++dropped_;
    return;
  }
  messages_.push_back(std::move(message));
  turn_++;  // what is pushed quietly after it comes after it
  Wake();
}

void Inbox::PushQuietly(Sampled sampled, Seat* seat) {
  MutexLock lock(&mutex_);
  if (closed_) return;
  if (seat->turn != turn_) {
    messages_.push_back(std::move(sampled));
    *seat = {turn_, messages_.size() - 1};
    return;
  }
  auto& last = std::get<Sampled>(messages_[seat->at]);
  // What it does not say has not changed since the one before.
  if (!sampled.sample.content.has_value()) sampled.sample.content = std::move(last.sample.content);
  if (sampled.sample.tree == nullptr) sampled.sample.tree = std::move(last.sample.tree);
  last = std::move(sampled);
}

void Inbox::Nudge() {
  MutexLock lock(&mutex_);
  if (listens_ && !messages_.empty()) Wake();
}

void Inbox::Listen(bool listens) {
  MutexLock lock(&mutex_);
  listens_ = listens;
}

void Inbox::Wake() {
  if (woken_ || !wake_) return;
  woken_ = true;
  wake_();
}

std::vector<Message> Inbox::Drain(size_t most) {
  if (next_ == taken_.size()) {
    taken_ = TakeAll();
    next_ = 0;
  }
  if (next_ == 0 && taken_.size() <= most) return std::exchange(taken_, {});
  const auto first = std::make_move_iterator(taken_.begin());
  const size_t end = next_ + std::min(most, taken_.size() - next_);
  std::vector<Message> some(first + static_cast<std::ptrdiff_t>(next_),
                            first + static_cast<std::ptrdiff_t>(end));
  next_ = end;
  return some;
}

std::vector<Message> Inbox::TakeAll() {
  std::vector<Message> taken;
  MutexLock lock(&mutex_);
  taken.swap(messages_);
  turn_++;
  woken_ = false;
  lines_ = 0;
  if (const size_t dropped = std::exchange(dropped_, 0); dropped > 0) {
    const std::string text = std::to_string(dropped) +
                             " messages dropped: they came faster than the host could hear them";
    taken.push_back(Logged{"baton", "", BATON_LOG_WARNING, text, NowMs()});
  }
  return taken;
}

void Inbox::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  wake_ = nullptr;
  messages_.clear();
}

}  // namespace baton
