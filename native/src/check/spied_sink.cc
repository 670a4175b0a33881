#include "spied_sink.h"

#include <utility>
#include <vector>

#include "findings.h"
#include "mutex.h"

namespace baton {
namespace check {

SpiedSink* SpiedSink::New(std::string getter, const baton_sink* real, bool refusing) {
  // Kept, so that a write that comes too late finds a sink and not freed memory; up to a number, so
  // that a long run does not fill the memory.
  constexpr size_t kMostKept = 4096;
  static Mutex mutex;
  static auto* const kept = new std::vector<SpiedSink*>();
  static size_t next = 0;
  auto* const sink = new SpiedSink(std::move(getter), real, refusing);
  MutexLock lock(&mutex);
  if (kept->size() < kMostKept) {
    kept->push_back(sink);
    return sink;
  }
  next = (next + 1) % kMostKept;
  if ((*kept)[next]->ended_.load()) delete (*kept)[next];
  (*kept)[next] = sink;
  return sink;
}

SpiedSink::SpiedSink(std::string getter, const baton_sink* real, bool refusing)
    : getter_(std::move(getter)), real_(real), refusing_(refusing) {
  sink_.struct_size = sizeof sink_;
  sink_.context = this;
  sink_.write = &SpiedSink::Write;
}

baton_status BATON_CALL SpiedSink::Write(const baton_sink* sink, const void* bytes, size_t size) {
  if (sink == nullptr || sink->context == nullptr) {
    Report("BAD_ARGUMENT", "a getter called sink->write without its sink");
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  auto* const self = static_cast<SpiedSink*>(sink->context);
  if (self->ended_.load()) {
    Report("USED_TOO_LATE", self->getter_ + " had returned when its sink was written to");
    return BATON_ERROR_WRONG_STATE;
  }
  if (bytes == nullptr && size > 0) {
    Report("BAD_ARGUMENT", self->getter_ + " wrote NULL, with a size that is not 0");
  }
  baton_status status = BATON_OK;
  if (self->refusing_) {
    status = BATON_ERROR_NO_MEMORY;
  } else if (self->real_ != nullptr) {
    status = self->real_->write(self->real_, bytes, size);
  }
  if (status != BATON_OK && self->failed_ == BATON_OK) self->failed_ = status;
  constexpr size_t kMostCollected = 4 * size_t{BATON_MAX_STATE_SIZE};
  if (status == BATON_OK && bytes != nullptr && self->bytes_.size() + size <= kMostCollected) {
    self->bytes_.append(static_cast<const char*>(bytes), size);
  }
  return status;
}

void SpiedSink::End(baton_status status) {
  ended_.store(true);
  if (failed_ == BATON_OK || status == failed_) return;
  Report("GETTER_HIDES_ERROR", getter_ + " answered " + StatusName(status) +
                                   " though its sink had answered " + StatusName(failed_));
}

}  // namespace check
}  // namespace baton
