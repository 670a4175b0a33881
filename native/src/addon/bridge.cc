#include "bridge.h"

#include <utility>

namespace baton {

std::shared_ptr<Bridge> Bridge::Open(Napi::Function function, const char* name) {
  const Napi::Env env = function.Env();
  const auto bridge = std::make_shared<Bridge>();
  // Node.js owns this reference until it has let go of the thread-safe function.
  auto context = std::make_unique<std::shared_ptr<Bridge>>(bridge);
  napi_threadsafe_function made = nullptr;
  const napi_status status =
      napi_create_threadsafe_function(env, function, nullptr, Napi::String::New(env, name), 0, 1,
                                      nullptr, DropContext, context.get(), CallFunction, &made);
  if (status != napi_ok) throw Napi::Error::New(env);
  context.release();
  napi_unref_threadsafe_function(env, made);
  MutexLock lock(&bridge->mutex_);
  bridge->function_ = made;
  return bridge;
}

void Bridge::Signal() noexcept {
  MutexLock lock(&mutex_);
  if (function_ == nullptr || signaled_) return;
  // Nonblocking: nobody waits for an environment here, and the queue has no bound.
  signaled_ = napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_ok;
}

void Bridge::Close() noexcept {
  MutexLock lock(&mutex_);
  napi_threadsafe_function function = std::exchange(function_, nullptr);
  if (function != nullptr) napi_release_threadsafe_function(function, napi_tsfn_abort);
}

// False if the bridge was closed since the signal. What is signaled from now on makes a new call.
bool Bridge::TakeSignal() {
  MutexLock lock(&mutex_);
  signaled_ = false;
  return function_ != nullptr;
}

void Bridge::CallFunction(napi_env env, napi_value function, void* context, void*) {
  // Without an environment it is being torn down; `context` may be gone already.
  if (env == nullptr || function == nullptr) return;
  if (!(*static_cast<std::shared_ptr<Bridge>*>(context))->TakeSignal()) return;
  napi_value undefined = nullptr;
  if (napi_get_undefined(env, &undefined) != napi_ok) return;
  if (napi_call_function(env, undefined, function, 0, nullptr, nullptr) == napi_ok) return;
  // An exception left pending here would vanish without a word.
  bool pending = false;
  napi_value exception = nullptr;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
    napi_fatal_exception(env, exception);
  }
}

void Bridge::DropContext(napi_env, void*, void* context) {
  delete static_cast<std::shared_ptr<Bridge>*>(context);
}

void EnvironmentHook::Set(napi_env env, Function function, void* data) {
  function_ = function;
  data_ = data;
  if (napi_add_env_cleanup_hook(env, Run, this) != napi_ok) throw Napi::Error::New(env);
  env_ = env;
}

void EnvironmentHook::Remove() noexcept {
  napi_env env = std::exchange(env_, nullptr);
  if (env != nullptr) napi_remove_env_cleanup_hook(env, Run, this);
}

void EnvironmentHook::Run(void* self) {
  auto* hook = static_cast<EnvironmentHook*>(self);
  hook->env_ = nullptr;
  hook->function_(hook->data_);
}

}  // namespace baton
