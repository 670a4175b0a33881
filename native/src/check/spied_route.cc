#include "spied_route.h"

#include <vector>

#include "checker.h"
#include "findings.h"
#include "mutex.h"

namespace baton {
namespace check {
namespace {

// A response that outlives its handler, so that who writes too late finds out.
class SpiedResponse {
 public:
  SpiedResponse(const std::string* route, baton_response* real) : route_(route), real_(real) {
    response_.struct_size = sizeof response_;
    response_.internal = this;
    response_.set_status = SetStatus;
    response_.set_header = SetHeader;
    response_.write = Write;
  }
  SpiedResponse(const SpiedResponse&) = delete;
  SpiedResponse& operator=(const SpiedResponse&) = delete;

  baton_response* c_response() { return &response_; }
  static baton_response* RealOf(baton_response* response) {
    if (response == nullptr || response->set_status != SetStatus) return nullptr;
    auto* const self = static_cast<SpiedResponse*>(response->internal);
    MutexLock lock(&self->mutex_);
    return self->real_;
  }
  void End() {
    MutexLock lock(&mutex_);
    real_ = nullptr;
  }

 private:
  // The lock is held during the call: the handler must not return from under another thread's.
  template <typename Function>
  static baton_status Checked(baton_response* response, const char* call, Function&& function) {
    if (response == nullptr || response->internal == nullptr) {
      Report("BAD_ARGUMENT", std::string("response->") + call + " was called without its response");
      return BATON_ERROR_INVALID_ARGUMENT;
    }
    auto* const self = static_cast<SpiedResponse*>(response->internal);
    MutexLock lock(&self->mutex_);
    if (self->real_ == nullptr) {
      Report("USED_TOO_LATE", std::string("response->") + call +
                                  " was called after the handler of " + *self->route_ +
                                  " had returned");
      return BATON_ERROR_CLOSING;
    }
    const baton_status status = function(self->real_);
    if (status == BATON_ERROR_INVALID_ARGUMENT || status == BATON_ERROR_WRONG_STATE) {
      Report("BAD_ARGUMENT", std::string("response->") + call + ", in the handler of " +
                                 *self->route_ + ", was answered " + StatusName(status));
    }
    return status;
  }

  static baton_status BATON_CALL SetStatus(baton_response* response, int32_t http_status) {
    return Checked(response, "set_status",
                   [&](baton_response* real) { return real->set_status(real, http_status); });
  }

  static baton_status BATON_CALL SetHeader(baton_response* response, const char* name,
                                           const char* value) {
    return Checked(response, "set_header",
                   [&](baton_response* real) { return real->set_header(real, name, value); });
  }

  static baton_status BATON_CALL Write(baton_response* response, const void* bytes, size_t size) {
    return Checked(response, "write",
                   [&](baton_response* real) { return real->write(real, bytes, size); });
  }

  baton_response response_ = {};
  const std::string* const route_;
  Mutex mutex_;
  baton_response* real_ GUARDED_BY(mutex_);  // null: the handler has returned
};

// Keeps what must never be destroyed, so that no leak checker takes it for lost.
template <typename T>
T* Keep(T* kept) {
  static Mutex mutex;
  static auto* const all = new std::vector<T*>();
  MutexLock lock(&mutex);
  all->push_back(kept);
  return kept;
}

}  // namespace

SpiedRoute* SpiedRoute::New(const char* method, const char* pattern, baton_handler handler,
                            void* data) {
  const auto text = [](const char* each) { return std::string(each == nullptr ? "NULL" : each); };
  return Keep(new SpiedRoute{text(method) + " " + text(pattern), handler, data});
}

baton_response* RealResponse(baton_response* response) { return SpiedResponse::RealOf(response); }

baton_status BATON_CALL SpiedRoute::Called(void* data, const baton_request* request,
                                           baton_response* response) {
  const auto* const route = static_cast<const SpiedRoute*>(data);
  auto* const spied = Keep(new SpiedResponse(&route->name, response));
  struct AtEnd {  // also if the handler throws
    SpiedResponse* response;
    ~AtEnd() { response->End(); }
  } const at_end{spied};
  const std::string callback = "the handler of " + route->name;
  const baton_status status =
      Call(callback, [&] { return route->handler(route->data, request, spied->c_response()); });
  if (status < BATON_OK || status > BATON_ERROR_INTERNAL) {
    Report("BAD_STATUS", callback + " answered " + StatusName(status));
  }
  return status;
}

}  // namespace check
}  // namespace baton
