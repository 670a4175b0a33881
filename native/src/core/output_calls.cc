// Outputs of jobs. Native threads write none themselves: the engine keeps the files, and the record that
// names them, of all jobs alike.
#include <algorithm>
#include <utility>

#include "boundary.h"
#include "kernel.h"
#include "run.h"
#include "run_calls.h"

namespace baton {
namespace {

// No more is on its way at a time.
constexpr size_t kPiece = 1024 * 1024;

Run* RunOf(const baton_run* run) {
  return run == nullptr ? nullptr : static_cast<Run*>(run->internal);
}

}  // namespace

baton_status Run::CallOutput(OutputCall call, const std::string& key, std::string mime,
                             Bytes bytes) {
  // The engine's thread would wait for itself.
  if (payload_->on_loop() || kernel_->OnEngineThread()) return BATON_ERROR_WRONG_THREAD;
  if (IsLeftAlone()) return BATON_ERROR_WRONG_STATE;
  // The engine must know the job by then.
  if (call == OutputCall::kOpen) kernel_->ready.Tell(*control_);
  return kernel_->desk.HopOutput({0, job_->id, call, key, std::move(mime), std::move(bytes)},
                                 payload_->instance());
}

baton_status Run::OpenOutput(const char* key, const char* mime) {
  if (open_outputs_.count(key) != 0) return BATON_ERROR_WRONG_STATE;
  open_outputs_.insert(key);
  const baton_status status = CallOutput(OutputCall::kOpen, key, mime, {});
  // Closing answers for the engine, which may open it all the same: then it is dropped in time.
  if (status != BATON_OK && status != BATON_ERROR_CLOSING) open_outputs_.erase(key);
  return status;
}

baton_status Run::WriteOutput(const std::string& key, const void* bytes, size_t size) {
  if (open_outputs_.count(key) == 0) return BATON_ERROR_NOT_FOUND;
  const char* const begin = static_cast<const char*>(bytes);
  for (size_t at = 0; at < size;) {
    const size_t piece = std::min(kPiece, size - at);
    const baton_status status = CallOutput(OutputCall::kWrite, key, {}, Bytes(begin + at, piece));
    if (status != BATON_OK) return status;
    at += piece;
  }
  return BATON_OK;
}

baton_status Run::CloseOutput(const std::string& key) {
  if (open_outputs_.erase(key) == 0) return BATON_ERROR_NOT_FOUND;
  return CallOutput(OutputCall::kClose, key, {}, {});
}

void Run::DropOutput(const std::string& key) {
  if (open_outputs_.erase(key) == 0) return;
  kernel_->inbox.Push(OutputCalled{0, job_->id, OutputCall::kDrop, key, {}, {}});
}

void Run::DropOutputs() {
  while (!open_outputs_.empty()) DropOutput(std::string(*open_outputs_.begin()));
}

baton_status BATON_CALL RunCalls::PutOutput(const baton_run* run, const char* key, const char* mime,
                                            const void* bytes, size_t size) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || key == nullptr || mime == nullptr || (bytes == nullptr && size > 0))
    return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] {
    baton_status status = self->OpenOutput(key, mime);
    if (status != BATON_OK) return status;
    status = self->WriteOutput(key, bytes, size);
    if (status == BATON_OK) return self->CloseOutput(key);
    self->DropOutput(key);
    return status;
  });
}

baton_status BATON_CALL RunCalls::OpenOutput(const baton_run* run, const char* key,
                                             const char* mime) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || key == nullptr || mime == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->OpenOutput(key, mime); });
}

baton_status BATON_CALL RunCalls::WriteOutput(const baton_run* run, const char* key,
                                              const void* bytes, size_t size) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || key == nullptr || (bytes == nullptr && size > 0))
    return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->WriteOutput(key, bytes, size); });
}

baton_status BATON_CALL RunCalls::CloseOutput(const baton_run* run, const char* key) noexcept {
  Run* self = RunOf(run);
  if (self == nullptr || key == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  return Bounded([&] { return self->CloseOutput(key); });
}

}  // namespace baton
