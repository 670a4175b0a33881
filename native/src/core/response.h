// The answer to one request while a native handler writes it. Writing: any thread; the rest: the
// engine's.
#ifndef BATON_CORE_RESPONSE_H_
#define BATON_CORE_RESPONSE_H_

#include <cstdint>

#include "answering.h"
#include "baton.h"
#include "inbox.h"
#include "mutex.h"
#include "route_pattern.h"

namespace baton {

class Response : public Answering {
 public:
  static constexpr size_t kMaxOnTheWay = 1048576;
  static constexpr size_t kChunk = 65536;

  Response(Inbox* inbox, uint64_t ticket);
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  baton_response* c_response() { return &response_; }
  // Null: it is none of these.
  static Answering* From(const baton_response* response);

  // The handler has returned: posts what is left to say.
  void End(baton_status status);

  // So many bytes have left the process.
  void Acknowledge(size_t size);

  // The client is gone, or the host closes: writes fail from now on.
  void Abort();

 private:
  static baton_status BATON_CALL SetStatus(baton_response* response, int32_t http_status) noexcept;
  static baton_status BATON_CALL SetHeader(baton_response* response, const char* name,
                                           const char* value) noexcept;
  static baton_status BATON_CALL Write(baton_response* response, const void* bytes,
                                       size_t size) noexcept;

  baton_status WriteChunk(const char* bytes, size_t size);
  void PostHead() EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after construction.
  baton_response response_;
  Inbox* const inbox_;
  const uint64_t ticket_;

  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  ResponseHead head_ GUARDED_BY(mutex_);
  bool head_posted_ GUARDED_BY(mutex_) = false;
  bool aborted_ GUARDED_BY(mutex_) = false;
  size_t on_the_way_ GUARDED_BY(mutex_) = 0;
};

}  // namespace baton

#endif  // BATON_CORE_RESPONSE_H_
