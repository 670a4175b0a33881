// A way from any thread to one JavaScript function of one environment, which may die at any moment.
//
// Signal: any thread, any time, also after the environment is gone. The rest: the environment's
// thread. Node.js' own thread-safe function may not be touched once its environment dies, so each
// use of it is under a mutex, and who opens a bridge closes it in an EnvironmentHook made after it.
#ifndef BATON_ADDON_BRIDGE_H_
#define BATON_ADDON_BRIDGE_H_

#include <napi.h>

#include <memory>

#include "mutex.h"

namespace baton {

class Bridge {
 public:
  // Does not keep the environment alive. `name` is shown by diagnostic tools.
  static std::shared_ptr<Bridge> Open(Napi::Function function, const char* name);

  // Has the function called soon, on its thread; several signals may become one call.
  void Signal() noexcept;

  // No call is made after it. Idempotent.
  void Close() noexcept;

 private:
  static void CallFunction(napi_env env, napi_value function, void* context, void* data);
  static void DropContext(napi_env env, void* finalized, void* context);
  bool TakeSignal();

  Mutex mutex_;
  // Guarded by mutex_.
  napi_threadsafe_function function_ GUARDED_BY(mutex_) = nullptr;  // null: closed
  bool signaled_ GUARDED_BY(mutex_) = false;
};

// Calls a function on the environment's thread when the environment dies, the last hook first. No
// JavaScript may be run then. The environment's thread.
class EnvironmentHook {
 public:
  using Function = void (*)(void* data);  // must not throw

  EnvironmentHook() = default;
  ~EnvironmentHook() { Remove(); }
  EnvironmentHook(const EnvironmentHook&) = delete;
  EnvironmentHook& operator=(const EnvironmentHook&) = delete;

  // REQUIRES: it is not set.
  void Set(napi_env env, Function function, void* data);
  void Remove() noexcept;

 private:
  static void Run(void* self);

  napi_env env_ = nullptr;  // null: not set, or run
  Function function_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace baton

#endif  // BATON_ADDON_BRIDGE_H_
