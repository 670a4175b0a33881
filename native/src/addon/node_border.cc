#include "node_border.h"

namespace baton {
namespace {

bool IsPending(napi_env env) {
  bool pending = false;
  return env != nullptr && napi_is_exception_pending(env, &pending) == napi_ok && pending;
}

// Null if nothing is pending.
napi_value Take(napi_env env) {
  napi_value exception = nullptr;
  if (IsPending(env)) napi_get_and_clear_last_exception(env, &exception);
  return exception;
}

// An error's message, or anything else as text. May run JavaScript of the exception's own, which may
// throw again: then there is no text.
bool TextOf(napi_env env, napi_value exception, std::string* text) {
  bool is_error = false;
  napi_value value = exception;
  if (napi_is_error(env, exception, &is_error) != napi_ok) return false;
  if (is_error && napi_get_named_property(env, exception, "message", &value) != napi_ok)
    return false;
  size_t size = 0;
  if (napi_coerce_to_string(env, value, &value) != napi_ok) return false;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &size) != napi_ok) return false;
  text->resize(size);
  return napi_get_value_string_utf8(env, value, text->data(), size + 1, &size) == napi_ok;
}

}  // namespace

bool NodeBorder::Around(const Instance* instance, const std::function<void()>& callback,
                        std::string* what) {
  const auto at = attached_.find(instance);
  napi_env env = env_ == nullptr || at == attached_.end() ? nullptr : at->second;
  // A callback may be made from inside a function of the addon that is throwing: that one is its
  // own.
  const bool was_pending = IsPending(env);
  napi_handle_scope scope = nullptr;
  if (env_ != nullptr && napi_open_handle_scope(env_, &scope) != napi_ok) scope = nullptr;
  callback();
  napi_value exception = was_pending ? nullptr : Take(env);
  if (exception != nullptr && (!TextOf(env, exception, what) || what->empty())) {
    Take(env);
    *what = "an exception of JavaScript without a text";
  }
  if (scope != nullptr) napi_close_handle_scope(env_, scope);
  return exception != nullptr;
}

bool NodeBorder::IsDying() {
  if (env_ == nullptr) return true;
  if (IsPending(env_)) return false;
  // The cheapest thing that counts as running JavaScript.
  bool has = false;
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env_, &scope) != napi_ok) return true;
  napi_value global = nullptr;
  const bool runs = napi_get_global(env_, &global) == napi_ok &&
                    napi_has_named_property(env_, global, "Object", &has) == napi_ok;
  Take(env_);
  napi_close_handle_scope(env_, scope);
  return !runs;
}

void NodeBorder::Close() noexcept {
  env_ = nullptr;
  attached_.clear();
}

}  // namespace baton
