// What a submit says of a job: its key, when it may start, how long its steps may take, its retries,
// data of its submitter.
// Any thread.
#ifndef BATON_CORE_SUBMIT_WISHES_H_
#define BATON_CORE_SUBMIT_WISHES_H_

#include <cstdint>

#include "new_job.h"

namespace baton {

// A hundred years, as in src/core/retry-policy.ts: dates stay representable.
constexpr int64_t kLongestDelayMs = 3155760000000;

// Errors: INVALID_ARGUMENT (the key, the times), INVALID_JSON (the user data), TOO_LARGE.
baton_status CheckWishes(const baton_submit_options& options);

// A copy, for all jobs of one submit; never null. REQUIRES: CheckWishes(options) is OK.
std::shared_ptr<const Wishes> WishesOf(const baton_submit_options& options);

}  // namespace baton

#endif  // BATON_CORE_SUBMIT_WISHES_H_
