// The answer to a request that a handler writes on the very thread that asked: straight into the
// asker's sink. Any thread, for as long as the handler runs.
#ifndef BATON_CORE_SINK_RESPONSE_H_
#define BATON_CORE_SINK_RESPONSE_H_

#include <thread>

#include "answering.h"
#include "baton.h"
#include "kernel.h"
#include "mutex.h"

namespace baton {

class SinkResponse : public Answering {
 public:
  // `sink` is written to as a callback of `caller`; null: nobody wants the body.
  SinkResponse(Kernel* kernel, Instance* caller, const baton_sink* sink);
  SinkResponse(const SinkResponse&) = delete;
  SinkResponse& operator=(const SinkResponse&) = delete;

  baton_response* c_response() { return &response_; }
  // Null: it is none of these.
  static Answering* From(const baton_response* response);

  // What has become of it. Once the handler has returned.
  int32_t http_status();
  bool begun();                // something was written: the status stands
  baton_status sink_status();  // the first error of the sink, also if the handler did not care

 private:
  static baton_status BATON_CALL SetStatus(baton_response* response, int32_t http_status) noexcept;
  static baton_status BATON_CALL SetHeader(baton_response* response, const char* name,
                                           const char* value) noexcept;
  static baton_status BATON_CALL Write(baton_response* response, const void* bytes,
                                       size_t size) noexcept;

  // Makes this thread the only one that writes.
  baton_status BeginWrite() LOCKS_EXCLUDED(mutex_);
  void EndWrite(baton_status status) LOCKS_EXCLUDED(mutex_);
  baton_status WriteToSink(const void* bytes, size_t size) noexcept;

  // Constant after construction.
  baton_response response_;
  Kernel* const kernel_;
  Instance* const caller_;
  const baton_sink* const sink_;

  Mutex mutex_;
  CondVar written_;
  // Guarded by mutex_.
  int32_t http_status_ GUARDED_BY(mutex_) = 200;
  bool begun_ GUARDED_BY(mutex_) = false;
  bool writing_ GUARDED_BY(mutex_) = false;
  std::thread::id writer_ GUARDED_BY(mutex_);
  baton_status sink_status_ GUARDED_BY(mutex_) = BATON_OK;
};

}  // namespace baton

#endif  // BATON_CORE_SINK_RESPONSE_H_
