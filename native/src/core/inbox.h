// The one FIFO of what native threads tell the engine. Push from any thread; Drain on the engine's
// thread.
#ifndef BATON_CORE_INBOX_H_
#define BATON_CORE_INBOX_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "messages.h"
#include "mutex.h"

namespace baton {

class Inbox {
 public:
  // So many lines wait at most. More are dropped: whoever logs without end must not fill the memory,
  // nor keep all other messages waiting.
  static constexpr size_t kMaxLines = 10000;

  // `wake` is called, on the pushing thread and under the inbox's lock, once between two times it is emptied: for
  // the first message that somebody waits for. It must only signal (a thread-safe function, a
  // condition variable): no call of Core from inside it.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void Push(Message message);

  // Where a run's last sample stands, as long as nothing but samples came after it and nobody has
  // read it. One run's own; {} has none.
  struct Seat {
    uint64_t turn = 0;
    size_t at = 0;
  };
  // The same for what can wait: it wakes nobody, and takes the place of the run's last one if that
  // still has its seat. So what nobody asks for takes no more room, however long it lasts.
  void PushQuietly(Sampled sampled, Seat* seat);
  // Wakes for what was pushed quietly, if the engine listens.
  void Nudge();
  // Whether anybody wants to hear of samples as they come; until then they wait for a Drain that has
  // another cause. It listens to begin with.
  void Listen(bool listens);

  // Takes what was pushed, oldest first, at most so many; and says how many lines were dropped since,
  // if any were. Only who is answered nothing has heard of everything: until then nobody is woken
  // for what is left. The engine's thread.
  std::vector<Message> Drain(size_t most = std::numeric_limits<size_t>::max());

  // From now on messages are dropped and `wake` is never called again.
  void Close();

 private:
  void Wake() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Message> TakeAll() LOCKS_EXCLUDED(mutex_);

  // The engine's thread only: what was taken and not handed out, from `next_` on.
  std::vector<Message> taken_;
  size_t next_ = 0;

  Mutex mutex_;
  // Guarded by mutex_.
  std::vector<Message> messages_ GUARDED_BY(mutex_);
  uint64_t turn_ GUARDED_BY(mutex_) = 1;   // another one after each Push and each Drain
  bool woken_ GUARDED_BY(mutex_) = false;  // since the last drain
  bool listens_ GUARDED_BY(mutex_) = true;
  std::function<void()> wake_ GUARDED_BY(mutex_);
  size_t lines_ GUARDED_BY(mutex_) = 0;    // Logged among them
  size_t dropped_ GUARDED_BY(mutex_) = 0;  // Logged that were too many
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_INBOX_H_
