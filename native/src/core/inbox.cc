#include "inbox.h"

#include <utility>

namespace baton {

void Inbox::Push(Message message) {
  MutexLock lock(&mutex_);
  if (closed_) return;
  messages_.push_back(std::move(message));
  if (messages_.size() == 1 && wake_) wake_();
}

std::vector<Message> Inbox::Drain() {
  std::vector<Message> taken;
  MutexLock lock(&mutex_);
  taken.swap(messages_);
  return taken;
}

void Inbox::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  wake_ = nullptr;
  messages_.clear();
}

}  // namespace baton
