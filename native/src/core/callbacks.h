// The border to plugin code: every callback is made inside a CallbackScope and through Guarded. Any
// thread.
#ifndef BATON_CORE_CALLBACKS_H_
#define BATON_CORE_CALLBACKS_H_

#include <exception>
#include <string>

namespace baton {

class Instance;

enum class CallbackKind {
  kJob,   // step, stop, reset, getters, finalize, revive: may hold a slot, so it may not wait for
          // other jobs
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
  Instance* const instance_;
  const CallbackKind kind_;
};

// True inside any callback on this thread: nothing may wait for room there.
bool InCallback();

// True inside a job's callback on this thread: nothing may wait for another job there.
bool InJobCallback();

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

}  // namespace baton

#endif  // BATON_CORE_CALLBACKS_H_
