// A baton_sink that collects bytes up to a limit; of a write beyond that, what fits. One thread at a
// time; valid while the object lives.
#ifndef BATON_CORE_SINK_H_
#define BATON_CORE_SINK_H_

#include <cstddef>
#include <string>

#include "baton.h"

namespace baton {

class Sink {
 public:
  explicit Sink(size_t limit);
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  const baton_sink* c_sink() const { return &sink_; }

  // The first error a write got, even if the writer did not pass it on; else OK.
  baton_status status() const { return status_; }
  std::string TakeBytes() { return std::move(bytes_); }

 private:
  static baton_status BATON_CALL Write(const baton_sink* sink, const void* bytes,
                                       size_t size) noexcept;

  baton_sink sink_;
  const size_t limit_;
  baton_status status_ = BATON_OK;
  std::string bytes_;
};

}  // namespace baton

#endif  // BATON_CORE_SINK_H_
