#include "sink_response.h"

#include "call_if_open.h"
#include "header_text.h"

namespace baton {
namespace {

SinkResponse* Self(baton_response* response) {
  if (response == nullptr) return nullptr;
  return static_cast<SinkResponse*>(static_cast<Answering*>(response->internal));
}

// Answers of these statuses have no body, whatever the handler writes.
bool IsBodiless(int32_t http_status) { return http_status == 204 || http_status == 304; }

}  // namespace

SinkResponse::SinkResponse(Kernel* kernel, Instance* caller, const baton_sink* sink)
    : response_{sizeof(baton_response),
                0,
                static_cast<Answering*>(this),
                SetStatus,
                SetHeader,
                Write},
      kernel_(kernel),
      caller_(caller),
      sink_(sink),
      written_(&mutex_) {}

Answering* SinkResponse::From(const baton_response* response) {
  const bool ours = response != nullptr && response->set_status == SetStatus;
  return ours ? static_cast<Answering*>(response->internal) : nullptr;
}

int32_t SinkResponse::http_status() {
  MutexLock lock(&mutex_);
  return http_status_;
}

bool SinkResponse::begun() {
  MutexLock lock(&mutex_);
  return begun_;
}

baton_status SinkResponse::sink_status() {
  MutexLock lock(&mutex_);
  return sink_status_;
}

baton_status BATON_CALL SinkResponse::SetStatus(baton_response* response,
                                                int32_t http_status) noexcept {
  SinkResponse* self = Self(response);
  if (self == nullptr || http_status < 200 || http_status > 599)
    return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&self->mutex_);
  if (self->begun_ || !self->open()) return BATON_ERROR_WRONG_STATE;
  self->http_status_ = http_status;
  return BATON_OK;
}

// A header is checked as it is for the network, and then nobody asks for it.
baton_status BATON_CALL SinkResponse::SetHeader(baton_response* response, const char* name,
                                                const char* value) noexcept {
  SinkResponse* self = Self(response);
  if (self == nullptr || name == nullptr || value == nullptr || !IsHeaderName(name) ||
      !IsAnswerHeaderValue(value)) {
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  MutexLock lock(&self->mutex_);
  return self->begun_ || !self->open() ? BATON_ERROR_WRONG_STATE : BATON_OK;
}

baton_status BATON_CALL SinkResponse::Write(baton_response* response, const void* bytes,
                                            size_t size) noexcept {
  SinkResponse* self = Self(response);
  if (self == nullptr || (bytes == nullptr && size > 0)) return BATON_ERROR_INVALID_ARGUMENT;
  if (!self->BeginBody()) return BATON_ERROR_WRONG_STATE;
  baton_status status = self->BeginWrite();
  if (status != BATON_OK) return status;
  if (self->sink_ != nullptr && size > 0 && !IsBodiless(self->http_status()))
    status = self->WriteToSink(bytes, size);
  self->EndWrite(status);
  return status;
}

baton_status SinkResponse::BeginWrite() {
  MutexLock lock(&mutex_);
  while (writing_) {
    // The sink itself writes to the answer that writes to it.
    if (writer_ == std::this_thread::get_id()) return BATON_ERROR_WRONG_STATE;
    written_.Wait();
  }
  begun_ = true;
  if (sink_status_ != BATON_OK) return sink_status_;
  writing_ = true;
  writer_ = std::this_thread::get_id();
  return BATON_OK;
}

void SinkResponse::EndWrite(baton_status status) {
  MutexLock lock(&mutex_);
  writing_ = false;
  sink_status_ = status;
  written_.SignalAll();
}

baton_status SinkResponse::WriteToSink(const void* bytes, size_t size) noexcept {
  return WriteIfOpen(kernel_, caller_, sink_, {static_cast<const char*>(bytes), size});
}

}  // namespace baton
