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
  // So many lines wait at most. More are dropped: whoever logs without end must not fill the memory,
  // nor keep all other messages waiting.
  static constexpr size_t kMaxLines = 10000;

  // `wake` is called, on the pushing thread and under the inbox's lock, whenever the inbox stops
  // being empty. It must only signal (a thread-safe function, a condition variable): no call of
  // Core from inside it.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Push(Message message);

  // Takes everything, oldest first; and says how many lines were dropped since, if any were.
  std::vector<Message> Drain();

  // From now on messages are dropped and `wake` is never called again.
  void Close();

 private:
  Mutex mutex_;
  // Guarded by mutex_.
  std::vector<Message> messages_ GUARDED_BY(mutex_);
  std::function<void()> wake_ GUARDED_BY(mutex_);
  size_t lines_ GUARDED_BY(mutex_) = 0;    // Logged among them
  size_t dropped_ GUARDED_BY(mutex_) = 0;  // Logged that were too many
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_INBOX_H_
