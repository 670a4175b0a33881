// What a request says of the job that it is to make, in the words of Orthanc: the same as
// src/engine/answer-job.ts reads. Any thread.
#ifndef BATON_CORE_JOB_WISH_H_
#define BATON_CORE_JOB_WISH_H_

#include <cstdint>
#include <optional>
#include <string>

#include "baton.h"

namespace baton {

struct JobWish {
  std::optional<bool> synchronous;       // none: it does not say
  std::optional<int32_t> priority;       // likewise
  std::optional<std::string> user_data;  // likewise; JSON text
  int64_t timeout_ms = -1;               // below 0: no limit
};

// Reads the body, of which nothing but an object says anything, and the query. Errors: INVALID_JSON,
// INVALID_ARGUMENT; then `*why` is a sentence for who made the request.
baton_status ReadJobWish(const baton_request& request, JobWish* wish, std::string* why);

}  // namespace baton

#endif  // BATON_CORE_JOB_WISH_H_
