#include "loop_calls.h"

#include <utility>

#include "arguments.h"
#include "convert.h"

namespace baton {

baton_status LoopCalls::Call(const Called& called, JobInfo* info) noexcept {
  // The engine may let go of everything from inside the call.
  const std::shared_ptr<LoopCalls> alive = shared_from_this();
  try {
    return CallJs(called, info);
  } catch (...) {
    // The plugin is told; what JavaScript threw is its own defect, and `call` promised not to.
    return BATON_ERROR_INTERNAL;
  }
}

baton_status LoopCalls::CallJs(const Called& called, JobInfo* info) {
  if (call_.IsEmpty()) return BATON_ERROR_CLOSING;
  const Napi::Env env = call_.Env();
  // With an exception on its way from somewhere else no JavaScript runs; that one is not ours.
  if (env.IsExceptionPending()) return BATON_ERROR_INTERNAL;
  const Napi::HandleScope scope(env);
  const napi_value arguments[] = {
      Napi::String::New(env, CallKindName(called.kind)),
      Napi::String::New(env, called.id),
      Napi::Number::New(env, called.priority),
  };
  napi_value answer = nullptr;
  if (napi_call_function(env, env.Undefined(), call_.Value(), std::size(arguments), arguments,
                         &answer) != napi_ok) {
    napi_value exception = nullptr;
    if (env.IsExceptionPending()) napi_get_and_clear_last_exception(env, &exception);
    return BATON_ERROR_INTERNAL;
  }
  EngineAnswer read = ReadAnswer(Napi::Value(env, answer));
  const bool wanted = called.kind == CallKind::kInfo || called.kind == CallKind::kWait;
  if (read.status != BATON_OK || !wanted || info == nullptr) return read.status;
  if (!read.info.has_value()) return BATON_ERROR_INTERNAL;
  *info = std::move(*read.info);
  return BATON_OK;
}

void LoopCalls::Close() noexcept { call_.Reset(); }

}  // namespace baton
