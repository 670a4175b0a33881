#include "sink.h"

#include <algorithm>
#include <new>

namespace baton {

Sink::Sink(size_t limit) : sink_{sizeof(baton_sink), 0, this, Write}, limit_(limit) {}

baton_status BATON_CALL Sink::Write(const baton_sink* sink, const void* bytes,
                                    size_t size) noexcept {
  if (sink == nullptr || (bytes == nullptr && size > 0)) return BATON_ERROR_INVALID_ARGUMENT;
  Sink* self = static_cast<Sink*>(sink->context);
  if (self->status_ != BATON_OK) return self->status_;
  const size_t left = self->limit_ - self->bytes_.size();
  if (size > left) self->status_ = BATON_ERROR_TOO_LARGE;
  try {
    self->bytes_.append(static_cast<const char*>(bytes), std::min(size, left));
  } catch (const std::bad_alloc&) {
    return self->status_ = BATON_ERROR_NO_MEMORY;
  }
  return self->status_;
}

}  // namespace baton
