// The sink a getter is given, watched. A getter's thread, one at a time; late writers find out.
#ifndef BATON_CHECK_SPIED_SINK_H_
#define BATON_CHECK_SPIED_SINK_H_

#include <atomic>
#include <string>

#include "baton.h"

namespace baton {
namespace check {

class SpiedSink {
 public:
  // `getter` names it in sentences. Writes go to `real`; null: they are only collected.
  // `refusing`: every write is answered NO_MEMORY.
  static SpiedSink* New(std::string getter, const baton_sink* real, bool refusing);
  SpiedSink(const SpiedSink&) = delete;
  SpiedSink& operator=(const SpiedSink&) = delete;

  const baton_sink* c_sink() const { return &sink_; }

  // The getter has returned this: the sink is not valid any more. Reports an error that was kept
  // back.
  void End(baton_status status);

  const std::string& bytes() const { return bytes_; }
  // The first error that a write was answered; else OK.
  baton_status failed() const { return failed_; }

 private:
  SpiedSink(std::string getter, const baton_sink* real, bool refusing);
  static baton_status BATON_CALL Write(const baton_sink* sink, const void* bytes, size_t size);

  // Constant after construction.
  const std::string getter_;
  const baton_sink* const real_;
  const bool refusing_;

  baton_sink sink_ = {};
  std::atomic<bool> ended_{false};
  // The getter's thread only.
  std::string bytes_;
  baton_status failed_ = BATON_OK;
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_SINK_H_
