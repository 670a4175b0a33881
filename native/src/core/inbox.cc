#include "inbox.h"

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
  if (messages_.size() == 1 && wake_) wake_();
}

std::vector<Message> Inbox::Drain() {
  std::vector<Message> taken;
  MutexLock lock(&mutex_);
  taken.swap(messages_);
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
