#include "payload.h"

#include <utility>

#include "callbacks.h"
#include "handle_table.h"
#include "instance.h"
#include "json.h"
#include "sink.h"

namespace baton {

Payload::Payload(Instance* instance, const baton_job_desc& desc, std::string type)
    : instance_(instance), desc_(desc), type_(std::move(type)) {
  instance_->tally().Create(&place_);
}

int32_t Payload::Step(const baton_run* run, std::string* threw) {
  CallbackScope scope(instance_, CallbackKind::kJob);
  int32_t result = 0;
  Guarded([&] { result = desc_.step(desc_.payload, run); }, threw);
  return result;
}

void Payload::Stop(int32_t reason) {
  if (desc_.stop == nullptr) return;
  CallbackScope scope(instance_, CallbackKind::kJob);
  Guarded([&] { desc_.stop(desc_.payload, reason); });
}

baton_status Payload::Reset() {
  CallbackScope scope(instance_, CallbackKind::kJob);
  baton_status status = BATON_ERROR_INTERNAL;
  Guarded([&] { status = desc_.reset(desc_.payload); });
  return status;
}

double Payload::GetProgress(double fallback) {
  if (desc_.get_progress == nullptr) return fallback;
  CallbackScope scope(instance_, CallbackKind::kJob);
  double progress = 0;
  Guarded([&] { progress = desc_.get_progress(desc_.payload); });
  if (!(progress > 0)) return 0;  // not a number, too
  return progress < 1 ? progress : 1;
}

baton_status Payload::GetContent(std::optional<std::string>* content) {
  const baton_status status = Read(desc_.get_content, BATON_MAX_CONTENT_SIZE, content);
  if (status != BATON_OK || !content->has_value()) return status;
  return IsJsonObject(**content) ? BATON_OK : BATON_ERROR_INVALID_JSON;
}

baton_status Payload::GetSerialized(std::optional<Bytes>* state) {
  return Read(desc_.get_serialized, BATON_MAX_STATE_SIZE, state);
}

baton_status Payload::Read(Getter getter, size_t limit, std::optional<std::string>* out) {
  out->reset();
  if (getter == nullptr) return BATON_OK;
  CallbackScope scope(instance_, CallbackKind::kJob);
  Sink sink(limit);
  baton_status status = BATON_ERROR_BAD_STATE_DATA;
  if (!Guarded([&] { status = getter(desc_.payload, sink.c_sink()); }))
    return BATON_ERROR_BAD_STATE_DATA;
  if (sink.status() == BATON_ERROR_TOO_LARGE || sink.status() == BATON_ERROR_NO_MEMORY)
    return sink.status();
  if (status == BATON_ERROR_UNSUPPORTED) return BATON_OK;
  if (status != BATON_OK) return BATON_ERROR_BAD_STATE_DATA;
  *out = sink.TakeBytes();
  return BATON_OK;
}

void Payload::Finalize() {
  if (finalizing_.exchange(true)) return;
  HandleTable::Process().Remove(handle_);
#ifndef BATON_SEED_LEAK
  if (desc_.finalize != nullptr) {
    CallbackScope scope(instance_, CallbackKind::kJob);
    Guarded([&] { desc_.finalize(desc_.payload); });
  }
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

}  // namespace baton
