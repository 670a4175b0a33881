// Ids of jobs: random UUIDs (version 4). Any thread.
#ifndef BATON_CORE_IDS_H_
#define BATON_CORE_IDS_H_

#include <string>
#include <string_view>

#include "baton.h"

namespace baton {

// 36 characters, lower case.
std::string NewId();

// An id, kept in place: no memory is allocated for it. Longer ones are cut, so they name no job.
class JobId {
 public:
  explicit JobId(std::string_view id) : size_(id.copy(text_, sizeof text_)) {}
  std::string_view view() const { return {text_, size_}; }
  operator std::string() const { return std::string(view()); }  // implicit: it is one

 private:
  char text_[BATON_ID_SIZE - 1];
  size_t size_;
};

// True if `text` has the form of an id (not: that such a job exists).
bool LooksLikeId(const char* text);

}  // namespace baton

#endif  // BATON_CORE_IDS_H_
