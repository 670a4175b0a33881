// What surrounds the callbacks of plugins on the engine's thread, where JavaScript is: a scope for
// their handles, and an end for the exceptions they leave. The engine's thread only.
//
// An exception stays pending in the napi_env that saw it, and each addon has one of its own: so only
// of an addon whose napi_env is known (Attach) can it be taken.
#ifndef BATON_ADDON_NODE_BORDER_H_
#define BATON_ADDON_NODE_BORDER_H_

#include <napi.h>

#include <functional>
#include <string>
#include <unordered_map>

#include "core_options.h"

namespace baton {

class NodeBorder : public LoopBorder {
 public:
  // `env` is the host's own.
  explicit NodeBorder(napi_env env) : env_(env) {}

  // `env` is the one in which this instance's addon was loaded.
  void Attach(const Instance* instance, napi_env env) { attached_[instance] = env; }

  bool Around(const Instance* instance, const std::function<void()>& callback,
              std::string* what) override;

  bool IsDying() override;

  // The environment dies: callbacks are made as they are from now on. Idempotent.
  void Close() noexcept;

 private:
  napi_env env_;  // null: closed
  std::unordered_map<const Instance*, napi_env> attached_;
};

}  // namespace baton

#endif  // BATON_ADDON_NODE_BORDER_H_
