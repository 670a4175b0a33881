// A Core that two threads of JavaScript use: the engine's, which makes it, and the store's, which
// finds it by number. It lives as long as one of them holds it. Any thread.
#ifndef BATON_ADDON_SHARED_CORE_H_
#define BATON_ADDON_SHARED_CORE_H_

#include <cstdint>
#include <memory>

#include "bridge.h"
#include "core.h"
#include "loop_calls.h"
#include "mutex.h"

namespace baton {

// Wakes whichever environment is attached now, or nobody. Any thread.
class Bell {
 public:
  // Rings once, for what was queued before. Returns false if somebody is attached already.
  bool Attach(std::shared_ptr<Bridge> bridge);
  void Detach();
  void Ring();

 private:
  Mutex mutex_;
  std::shared_ptr<Bridge> bridge_ GUARDED_BY(mutex_);
};

class SharedCore {
 public:
  // Registers a new Core, whose engine's thread is the calling one. It wakes through `inbox`; of a
  // far engine, whoever is attached to `inbox_bell`.
  static std::shared_ptr<SharedCore> New(CoreOptions options, std::shared_ptr<Bridge> inbox,
                                         std::shared_ptr<LoopCalls> calls);
  // Null once the engine has let go of it.
  static std::shared_ptr<SharedCore> Find(int64_t number);

  SharedCore(CoreOptions options, std::shared_ptr<LoopCalls> calls, std::shared_ptr<Bell> bell,
             std::shared_ptr<Bell> inbox_bell);
  SharedCore(const SharedCore&) = delete;
  SharedCore& operator=(const SharedCore&) = delete;

  int64_t number() const { return number_; }
  Core& core() { return core_; }
  Bell& bell() { return *bell_; }
  Bell& inbox_bell() { return *inbox_bell_; }

  // No store finds it from now on. Idempotent.
  void Unregister();

 private:
  // Constant after construction.
  const int64_t number_;
  const std::shared_ptr<LoopCalls> calls_;  // the Core knows only its address
  const std::shared_ptr<Bell> bell_;        // the store's
  const std::shared_ptr<Bell> inbox_bell_;  // the far engine's
  Core core_;
};

}  // namespace baton

#endif  // BATON_ADDON_SHARED_CORE_H_
