// Calls that a plugin makes on the engine's own thread: answered in place by the JavaScript engine.
// The engine's thread only.
#ifndef BATON_ADDON_LOOP_CALLS_H_
#define BATON_ADDON_LOOP_CALLS_H_

#include <napi.h>

#include <memory>

#include "core_options.h"

namespace baton {

class LoopCalls : public EngineCalls, public std::enable_shared_from_this<LoopCalls> {
 public:
  // `call` is the function of NativeCoreOptions.
  explicit LoopCalls(Napi::Function call) : call_(Napi::Persistent(call)) {}

  // CLOSING after Close; INTERNAL if JavaScript throws, cannot run, or answers what is no answer.
  baton_status Call(const Called& called, JobInfo* info) noexcept override;

  // JavaScript is not called any more. Idempotent. REQUIRES: before the last reference goes.
  void Close() noexcept;

 private:
  baton_status CallJs(const Called& called, JobInfo* info);

  Napi::FunctionReference call_;  // empty: closed
};

}  // namespace baton

#endif  // BATON_ADDON_LOOP_CALLS_H_
