#include "callbacks.h"

#include "instance.h"

namespace baton {
namespace {

thread_local int callback_depth = 0;
thread_local int job_callback_depth = 0;

}  // namespace

CallbackScope::CallbackScope(Instance* instance, CallbackKind kind)
    : instance_(instance), kind_(kind) {
  callback_depth++;
  if (kind_ == CallbackKind::kJob) job_callback_depth++;
  instance_->EnterCallback();
}

CallbackScope::~CallbackScope() {
  instance_->LeaveCallback();
  if (kind_ == CallbackKind::kJob) job_callback_depth--;
  callback_depth--;
}

bool InCallback() { return callback_depth > 0; }

bool InJobCallback() { return job_callback_depth > 0; }

}  // namespace baton
