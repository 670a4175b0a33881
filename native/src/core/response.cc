#include "response.h"

#include <algorithm>
#include <utility>

#include "boundary.h"
#include "header_text.h"

namespace baton {
namespace {

Response* Self(baton_response* response) {
  if (response == nullptr) return nullptr;
  return static_cast<Response*>(static_cast<Answering*>(response->internal));
}

}  // namespace

Answering* Response::From(const baton_response* response) {
  const bool ours = response != nullptr && response->set_status == SetStatus;
  return ours ? static_cast<Answering*>(response->internal) : nullptr;
}

Response::Response(Inbox* inbox, uint64_t ticket)
    : response_{sizeof(baton_response),
                0,
                static_cast<Answering*>(this),
                SetStatus,
                SetHeader,
                Write},
      inbox_(inbox),
      ticket_(ticket),
      changed_(&mutex_) {
  head_.ticket = ticket;
}

baton_status BATON_CALL Response::SetStatus(baton_response* response,
                                            int32_t http_status) noexcept {
  Response* self = Self(response);
  if (self == nullptr || http_status < 200 || http_status > 599)
    return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&self->mutex_);
  if (self->head_posted_ || !self->open()) return BATON_ERROR_WRONG_STATE;
  self->head_.http_status = http_status;
  return BATON_OK;
}

baton_status BATON_CALL Response::SetHeader(baton_response* response, const char* name,
                                            const char* value) noexcept {
  Response* self = Self(response);
  if (self == nullptr || name == nullptr || value == nullptr || !IsHeaderName(name) ||
      !IsAnswerHeaderValue(value)) {
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  return Bounded([&] {
    MutexLock lock(&self->mutex_);
    if (self->head_posted_ || !self->open()) return BATON_ERROR_WRONG_STATE;
    self->head_.headers.emplace_back(name, value);
    return BATON_OK;
  });
}

baton_status BATON_CALL Response::Write(baton_response* response, const void* bytes,
                                        size_t size) noexcept {
  Response* self = Self(response);
  if (self == nullptr || (bytes == nullptr && size > 0)) return BATON_ERROR_INVALID_ARGUMENT;
  if (!self->BeginBody()) return BATON_ERROR_WRONG_STATE;
  return Bounded([&]() -> baton_status {
    const char* from = static_cast<const char*>(bytes);
    do {
      const size_t chunk = std::min(size, kChunk);
      const baton_status status = self->WriteChunk(from, chunk);
      if (status != BATON_OK) return status;
      from += chunk;
      size -= chunk;
    } while (size > 0);
    return BATON_OK;
  });
}

baton_status Response::WriteChunk(const char* bytes, size_t size) {
  MutexLock lock(&mutex_);
  while (!aborted_ && on_the_way_ + size > kMaxOnTheWay) changed_.Wait();
  if (aborted_) return BATON_ERROR_CLOSING;
  PostHead();
  if (size == 0) return BATON_OK;
  on_the_way_ += size;
  inbox_->Push(ResponseChunk{ticket_, Bytes(bytes, size)});
  return BATON_OK;
}

void Response::PostHead() {
  if (std::exchange(head_posted_, true)) return;
  head_.job = job();
  inbox_->Push(std::move(head_));
}

void Response::End(baton_status status) {
  MutexLock lock(&mutex_);
  if (status == BATON_OK) PostHead();
  inbox_->Push(ResponseEnd{ticket_, status, WhyOf(status)});
}

void Response::Acknowledge(size_t size) {
  MutexLock lock(&mutex_);
  on_the_way_ -= std::min(size, on_the_way_);
  changed_.SignalAll();
}

void Response::Abort() {
  MutexLock lock(&mutex_);
  aborted_ = true;
  changed_.SignalAll();
}

}  // namespace baton
