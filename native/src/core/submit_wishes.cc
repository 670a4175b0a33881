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

void SetWishes(const baton_submit_options& options, StoredRow* row) {
  if (options.key != nullptr) row->key = options.key;
  if (options.user_data != nullptr) row->user_data = options.user_data;
  row->step_timeout_ms = options.step_timeout_ms;
  if (options.start_after_ms > 0) row->start_at_ms = row->created_at_ms + options.start_after_ms;
}

}  // namespace baton
