// What the tests of routes and requests share: a handler that is a function, and a call_rest whose
// answer is kept.
#ifndef BATON_TEST_REST_SUPPORT_H_
#define BATON_TEST_REST_SUPPORT_H_

#include "support.h"

namespace test {

using Handler = std::function<baton_status(const baton_request*, baton_response*)>;

inline baton_status BATON_CALL CallHandler(void* data, const baton_request* request,
                                           baton_response* response) {
  return (*static_cast<Handler*>(data))(request, response);
}

inline baton_status Register(Engine* engine, const char* method, const char* pattern,
                             Handler* handler) {
  return engine->host()->register_route(engine->host(), method, pattern, CallHandler, handler);
}

struct Call {
  std::vector<baton_pair> headers;
  std::string body;
  bool wants_body = true;
  bool wants_status = true;
  bool has_write = true;
  bool null_headers = false;  // one header at no address
  bool null_body = false;     // one byte at no address
  baton_status sink_status = BATON_OK;

  std::string answer;
  int writes = 0;
  int32_t http_status = -1;

  baton_status Make(const baton_host* host, const char* method, const char* path) {
    baton_sink sink = {sizeof sink, 0, this, has_write ? Write : nullptr};
    return host->call_rest(host, method, path, null_headers ? nullptr : headers.data(),
                           null_headers ? 1 : headers.size(), null_body ? nullptr : body.data(),
                           null_body ? 1 : body.size(), wants_body ? &sink : nullptr,
                           wants_status ? &http_status : nullptr);
  }

 private:
  static baton_status BATON_CALL Write(const baton_sink* sink, const void* bytes, size_t size) {
    Call* self = static_cast<Call*>(sink->context);
    self->writes++;
    if (self->sink_status == BATON_OK) self->answer.append(static_cast<const char*>(bytes), size);
    return self->sink_status;
  }
};

}  // namespace test

#endif  // BATON_TEST_REST_SUPPORT_H_
