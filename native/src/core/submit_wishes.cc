#include "submit_wishes.h"

#include <cstring>
#include <string_view>

#include "json.h"
#include "text.h"

namespace baton {

baton_status CheckWishes(const baton_submit_options& options) {
  if (options.start_after_ms < 0 || options.start_after_ms > kLongestDelayMs)
    return BATON_ERROR_INVALID_ARGUMENT;
  if (options.step_timeout_ms < 0 || options.step_timeout_ms > kLongestDelayMs)
    return BATON_ERROR_INVALID_ARGUMENT;
  if (options.key != nullptr) {
    std::string key;
    const baton_status status = CopyName(options.key, BATON_KEY_SIZE - 1, &key);
    if (status != BATON_OK) return status;
  }
  if (options.user_data == nullptr) return BATON_OK;
  const size_t size = strnlen(options.user_data, BATON_MAX_USER_DATA_SIZE + 1);
  if (size > BATON_MAX_USER_DATA_SIZE) return BATON_ERROR_TOO_LARGE;
  return IsJson(std::string_view(options.user_data, size)) ? BATON_OK : BATON_ERROR_INVALID_JSON;
}

std::shared_ptr<const Wishes> WishesOf(const baton_submit_options& options) {
  static const Wishes* const kNone =
      new Wishes();  // leaked on purpose: late threads may still call
  const Backoff backoff = {options.backoff_first_ms, options.backoff_factor, options.backoff_cap_ms,
                           options.backoff_jitter};
  const bool is_timed = options.start_after_ms != 0 || options.step_timeout_ms != 0;
  const bool has_texts = options.key != nullptr || options.user_data != nullptr;
  if (!is_timed && !has_texts && options.max_attempts == 0 && backoff == Backoff())
    return Uncounted(kNone);
  auto wishes = std::make_shared<Wishes>();
  if (options.key != nullptr) wishes->key = options.key;
  if (options.user_data != nullptr) wishes->user_data = options.user_data;
  wishes->start_after_ms = options.start_after_ms;
  wishes->step_timeout_ms = options.step_timeout_ms;
  wishes->max_attempts = options.max_attempts;
  wishes->backoff = backoff;
  return wishes;
}

}  // namespace baton
