#include "payload.h"

#include <utility>

#include "boundary.h"
#include "handle_table.h"
#include "instance.h"
#include "json.h"
#include "kernel.h"
#include "sink.h"

namespace baton {

Payload::Payload(Instance* instance, const baton_job_desc& desc,
                 std::shared_ptr<const JobKind> kind)
    : instance_(instance), desc_(desc), kind_(std::move(kind)) {
  instance_->tally().Create(&place_);
}

void Payload::Stop(int32_t reason) {
  if (desc_.stop == nullptr) return;
  Call("stop", [&] { desc_.stop(desc_.payload, reason); });
}

ChildTree* Payload::EnsureChildren() {
  if (children() == nullptr) children_.store(new ChildTree, std::memory_order_release);
  return children();
}

baton_status Payload::Reset() {
  if (children() != nullptr) children()->Clear();
  baton_status status = BATON_ERROR_INTERNAL;
  return Call("reset", [&] { status = desc_.reset(desc_.payload); }) ? status
                                                                     : BATON_ERROR_INTERNAL;
}

double Payload::GetProgress(double fallback) {
  if (desc_.get_progress == nullptr) return fallback;
  double progress = 0;
  Call("get_progress", [&] { progress = desc_.get_progress(desc_.payload); });
  if (!(progress > 0)) return 0;  // not a number, too
  return progress < 1 ? progress : 1;
}

baton_status Payload::GetContent(std::optional<std::string>* content,
                                 const std::optional<std::string>& known) {
  const baton_status status =
      Read("get_content", desc_.get_content, BATON_MAX_CONTENT_SIZE, content);
  if (status != BATON_OK || !content->has_value() || *content == known) return status;
  return IsJsonObject(**content) ? BATON_OK : BATON_ERROR_INVALID_JSON;
}

baton_status Payload::GetSerialized(std::optional<Bytes>* state) {
  return Read("get_serialized", desc_.get_serialized, BATON_MAX_STATE_SIZE, state);
}

baton_status Payload::Read(const char* name, Getter getter, size_t limit,
                           std::optional<std::string>* out) {
  out->reset();
  if (getter == nullptr) return BATON_OK;
  Sink sink(limit);
  baton_status status = BATON_ERROR_BAD_STATE_DATA;
  if (!Call(name, [&] { status = getter(desc_.payload, sink.c_sink()); }))
    return BATON_ERROR_BAD_STATE_DATA;
  if (sink.status() == BATON_ERROR_TOO_LARGE || sink.status() == BATON_ERROR_NO_MEMORY)
    return sink.status();
  if (status == BATON_ERROR_UNSUPPORTED) return BATON_OK;
  if (status != BATON_OK) return BATON_ERROR_BAD_STATE_DATA;
  *out = sink.TakeBytes();
  return BATON_OK;
}

void Payload::Warn(const char* name, const std::string& what) noexcept {
  const std::shared_ptr<Kernel> kernel = instance_->Enter();
  if (kernel == nullptr) return;
  Bounded([&] {
    const std::string text = std::string(name) + " of a job of type " + type() + " threw: " + what;
    kernel->Log(instance_->plugin(), "", BATON_LOG_WARNING, text.c_str());
    return BATON_OK;
  });
}

void Payload::Finalize() {
  if (finalizing_.exchange(true)) return;
  HandleTable::Process().Remove(handle_);
#ifndef BATON_SEED_LEAK
  if (desc_.finalize != nullptr) Call("finalize", [&] { desc_.finalize(desc_.payload); });
#endif
#ifdef BATON_SEED_DOUBLE_FINALIZE
  desc_.finalize(desc_.payload);
#endif
#ifdef BATON_SEED_USE_AFTER_FREE
  GetProgress(0);
#endif
  instance_->tally().Finalize(&place_);
}

void Payload::Forget() { instance_->tally().Forget(&place_); }

void Payload::Owe() { instance_->tally().Owe(&place_); }

void Payload::Regain() { instance_->tally().Regain(&place_); }

}  // namespace baton
