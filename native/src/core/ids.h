// Ids of jobs: random UUIDs (version 4). Any thread.
#ifndef BATON_CORE_IDS_H_
#define BATON_CORE_IDS_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "baton.h"

namespace baton {

// An id, kept in place: no memory is allocated for it. Longer ones are cut, so they name no job.
class JobId {
 public:
  JobId() = default;  // empty
  explicit JobId(std::string_view id) : size_(static_cast<uint8_t>(id.copy(text_, sizeof text_))) {}
  std::string_view view() const { return {text_, size_}; }
  // As a C string.
  void CopyTo(char (&out)[BATON_ID_SIZE]) const {
    std::memcpy(out, text_, sizeof text_);
    out[size_] = '\0';
  }
  operator std::string() const { return std::string(view()); }  // implicit: it is one

 private:
  char text_[BATON_ID_SIZE - 1] = {};
  uint8_t size_ = 0;
};

// 36 characters, lower case.
JobId NewId();

// True if `text` has the form of an id (not: that such a job exists).
bool LooksLikeId(const char* text);

}  // namespace baton

#endif  // BATON_CORE_IDS_H_
