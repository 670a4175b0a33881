// What a submit says of a job beside its retries: its key, when it may start, how long its steps may
// take, data of its submitter.
// Any thread.
#ifndef BATON_CORE_SUBMIT_WISHES_H_
#define BATON_CORE_SUBMIT_WISHES_H_

#include <cstdint>

#include "record.h"

namespace baton {

// A hundred years, as in src/core/retry-policy.ts: dates stay representable.
constexpr int64_t kLongestDelayMs = 3155760000000;

// Errors: INVALID_ARGUMENT (the key, the times), INVALID_JSON (the user data), TOO_LARGE.
baton_status CheckWishes(const baton_submit_options& options);

// Copies them into a row whose `created_at_ms` is set. REQUIRES: CheckWishes(options) is OK.
void SetWishes(const baton_submit_options& options, StoredRow* row);

}  // namespace baton

#endif  // BATON_CORE_SUBMIT_WISHES_H_
