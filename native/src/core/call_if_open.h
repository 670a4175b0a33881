// Callbacks that a closing host, or plugin, leaves undone. Any thread.
#ifndef BATON_CORE_CALL_IF_OPEN_H_
#define BATON_CORE_CALL_IF_OPEN_H_

#include <string_view>
#include <utility>

#include "callbacks.h"
#include "instance.h"
#include "kernel.h"

namespace baton {

// Calls `function` as a callback of `instance`. Returns false, and calls nothing, once the instance
// or the host is closing: whoever closes it either awaits this call or prevents it.
template <typename Function>
bool CallIfOpen(Kernel* kernel, Instance* instance, Function&& function) noexcept {
  if (!instance->BeginNew()) return false;
  // Looked at after the instance counts as being executed, as the closing looks the other way round.
  const bool open = !kernel->IsClosing(instance);
  if (open) {
    CallbackScope scope(instance, CallbackKind::kOther);
    Guarded(std::forward<Function>(function));
  }
  instance->LeaveCallback();
  return open;
}

// Writes into a sink of `instance`. Errors: CLOSING (it was not called), whatever the sink answers.
inline baton_status WriteIfOpen(Kernel* kernel, Instance* instance, const baton_sink* sink,
                                std::string_view bytes) noexcept {
  baton_status status = BATON_ERROR_INTERNAL;
  const bool open =
      CallIfOpen(kernel, instance, [&] { status = sink->write(sink, bytes.data(), bytes.size()); });
  return open ? status : BATON_ERROR_CLOSING;
}

}  // namespace baton

#endif  // BATON_CORE_CALL_IF_OPEN_H_
