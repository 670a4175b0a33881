// The one FIFO of what native threads tell the engine. Push from any thread; Drain on the engine's
// thread.
#ifndef BATON_CORE_INBOX_H_
#define BATON_CORE_INBOX_H_

#include <functional>
#include <vector>

#include "messages.h"
#include "mutex.h"

namespace baton {

class Inbox {
 public:
  // `wake` is called, on the pushing thread and under the inbox's lock, whenever the inbox stops
  // being empty. It must only signal (a thread-safe function, a condition variable): no call of
  // Core from inside it.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Push(Message message);

  // Takes everything, oldest first.
  std::vector<Message> Drain();

  // From now on messages are dropped and `wake` is never called again.
  void Close();

 private:
  Mutex mutex_;
  // Guarded by mutex_.
  std::vector<Message> messages_ GUARDED_BY(mutex_);
  std::function<void()> wake_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_INBOX_H_
