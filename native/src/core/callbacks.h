// The border to plugin code: every callback is made inside a CallbackScope and through Guarded. Any
// thread.
#ifndef BATON_CORE_CALLBACKS_H_
#define BATON_CORE_CALLBACKS_H_

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

namespace baton {

class Instance;

enum class CallbackKind {
  kJob,  // step, stop, reset, getters, finalize, revive: may hold a slot, so it may not wait for
         // other jobs
  kCreate,  // create: holds one of the threads that make jobs, so it may not wait for another to be made
  kOther  // a route's handler, start, stop of the plugin
};

// Marks the calling thread as being inside a callback of `instance`, and the instance as being
// executed.
class CallbackScope {
 public:
  CallbackScope(Instance* instance, CallbackKind kind);
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  friend int CallbacksHere(const Instance* instance);

  Instance* const instance_;
  const CallbackKind kind_;
  const CallbackScope* const outer_;  // of this thread
};

// How many callbacks of `instance` are on this thread's stack: these cannot be awaited here.
int CallbacksHere(const Instance* instance);

// Marks the calling thread as reviving a job of a type registered with `flags`.
class ReviveScope {
 public:
  ReviveScope(const Instance* instance, uint32_t flags);
  ~ReviveScope();
  ReviveScope(const ReviveScope&) = delete;
  ReviveScope& operator=(const ReviveScope&) = delete;

 private:
  friend std::optional<uint32_t> FlagsToRevive(const Instance* instance);

  const Instance* const instance_;
  const uint32_t flags_;
  const ReviveScope* const outer_;
};

// Inside `revive` of this instance on this thread: the flags that its job must have.
std::optional<uint32_t> FlagsToRevive(const Instance* instance);

// True inside any callback on this thread: nothing may wait for room there.
bool InCallback();

// True inside a job's callback on this thread: nothing may wait for another job there.
bool InJobCallback();

// True inside a `create` on this thread: nothing may wait there for another job to be made.
bool InCreate();

// Calls `function`; a C++ exception that escapes it is caught here. Returns true if none did; else
// false, and
// `*what` (if given) says what it was.
template <typename Function>
bool Guarded(Function&& function, std::string* what = nullptr) noexcept {
  try {
    function();
    return true;
  } catch (const std::exception& error) {
    if (what != nullptr)
      *what = *error.what() != '\0' ? error.what() : "an exception without a text";
  } catch (...) {
    if (what != nullptr) *what = "an exception that is not a std::exception";
  }
  return false;
}

// The same for a callback on the loop thread of `instance`: an exception of JavaScript that it leaves
// pending is caught, too.
bool GuardedOnLoop(const Instance* instance, const std::function<void()>& function,
                   std::string* what) noexcept;

}  // namespace baton

#endif  // BATON_CORE_CALLBACKS_H_
