#include "callbacks.h"

#include <utility>

#include "core_options.h"
#include "instance.h"

namespace baton {
namespace {

thread_local int callback_depth = 0;
thread_local int job_callback_depth = 0;
thread_local int create_depth = 0;
thread_local const CallbackScope* innermost = nullptr;
thread_local const ReviveScope* reviving = nullptr;

}  // namespace

CallbackScope::CallbackScope(Instance* instance, CallbackKind kind)
    : instance_(instance), kind_(kind), outer_(innermost) {
  innermost = this;
  callback_depth++;
  if (kind_ == CallbackKind::kJob) job_callback_depth++;
  if (kind_ == CallbackKind::kCreate) create_depth++;
  instance_->EnterCallback();
}

CallbackScope::~CallbackScope() {
  instance_->LeaveCallback();
  if (kind_ == CallbackKind::kCreate) create_depth--;
  if (kind_ == CallbackKind::kJob) job_callback_depth--;
  callback_depth--;
  innermost = outer_;
}

int CallbacksHere(const Instance* instance) {
  int count = 0;
  for (const CallbackScope* scope = innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->instance_ == instance) count++;
  }
  return count;
}

ReviveScope::ReviveScope(const Instance* instance, uint32_t flags)
    : instance_(instance), flags_(flags), outer_(reviving) {
  reviving = this;
}

ReviveScope::~ReviveScope() { reviving = outer_; }

std::optional<uint32_t> FlagsToRevive(const Instance* instance) {
  for (const ReviveScope* scope = reviving; scope != nullptr; scope = scope->outer_) {
    if (scope->instance_ == instance) return scope->flags_;
  }
  return std::nullopt;
}

bool InCallback() { return callback_depth > 0; }

bool InJobCallback() { return job_callback_depth > 0; }

bool InCreate() { return create_depth > 0; }

bool GuardedOnLoop(const Instance* instance, const std::function<void()>& function,
                   std::string* what) noexcept {
  bool returned = false;
  const auto call = [&] { returned = Guarded(function, what); };
  LoopBorder* border = instance->loop_border();
  if (border == nullptr) {
    call();
    return returned;
  }
  std::string pending;
  bool is_left = true;  // also if there is no memory to say what
  Guarded([&] { is_left = border->Around(instance, std::ref(call), &pending); });
  if (!is_left) return returned;
  if (returned) *what = std::move(pending);
  return false;
}

}  // namespace baton
