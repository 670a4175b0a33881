#include "job_wish.h"

#include <cstdlib>
#include <limits>
#include <string_view>

#include "json.h"
#include "text.h"

namespace baton {
namespace {

constexpr size_t kLongestEcho = 100;
constexpr int64_t kLongestTimeoutS = 86400;

std::string Shown(std::string_view text) {
  return CopyMessage(std::string(text).c_str(), kLongestEcho);
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The fields of a body that is a JSON object; an empty body has none.
class Fields {
 public:
  Fields(std::string_view body, std::string* why) : body_(body), why_(why) {}

  // Leaves `*flag` as it is if there is no such field. Errors: INVALID_ARGUMENT.
  baton_status Flag(const char* name, std::optional<bool>* flag) {
    std::string_view value;
    if (!Find(name, &value)) return BATON_OK;
    if (value != "true" && value != "false") {
      *why_ = std::string(name) + " is true or false, not " + Shown(value);
      return BATON_ERROR_INVALID_ARGUMENT;
    }
    *flag = value == "true";
    return BATON_OK;
  }

  baton_status Priority(std::optional<int32_t>* priority) {
    std::string_view value;
    if (!Find("Priority", &value)) return BATON_OK;
    const std::string_view digits = value.substr(value.front() == '-' ? 1 : 0);
    constexpr size_t kLongest = 10;
    if (IsDigits(digits) && digits.size() <= kLongest) {
      const int64_t number = std::strtoll(std::string(value).c_str(), nullptr, 10);
      if (number >= std::numeric_limits<int32_t>::min() &&
          number <= std::numeric_limits<int32_t>::max()) {
        *priority = static_cast<int32_t>(number);
        return BATON_OK;
      }
    }
    *why_ = "a priority is a whole number of 32 bits, not " + Shown(value);
    return BATON_ERROR_INVALID_ARGUMENT;
  }

  void UserData(std::optional<std::string>* user_data) {
    std::string_view value;
    // Null is no user data, as in a submit.
    if (Find("UserData", &value) && value != "null") user_data->emplace(value);
  }

 private:
  bool Find(const char* name, std::string_view* value) {
    return !body_.empty() && FindJson(body_, std::string("/") + name, value);
  }

  const std::string_view body_;
  std::string* const why_;
};

// Seconds, with at most nine digits on either side of a point, as milliseconds. False: it is none.
bool ReadSeconds(std::string_view text, int64_t* ms) {
  constexpr size_t kMostDigits = 9;
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(point == std::string_view::npos ? "0" : text.substr(point + 1));
  if (!IsDigits(whole) || !IsDigits(fraction)) return false;
  if (whole.size() > kMostDigits || fraction.size() > kMostDigits) return false;
  fraction.resize(kMostDigits, '0');
  constexpr int64_t kNanosOfMs = 1000000;
  const int64_t nanos = std::strtoll(fraction.c_str(), nullptr, 10);
  *ms = std::strtoll(std::string(whole).c_str(), nullptr, 10) * 1000 +
        (nanos + kNanosOfMs - 1) / kNanosOfMs;
  return *ms <= kLongestTimeoutS * 1000;
}

baton_status ReadTimeout(const baton_request& request, int64_t* timeout_ms, std::string* why) {
  for (size_t i = 0; i < request.query_count; i++) {
    const baton_pair& pair = request.query[i];
    if (pair.name == nullptr || pair.value == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    if (std::string_view(pair.name) != "timeout") continue;
    if (ReadSeconds(pair.value, timeout_ms)) return BATON_OK;
    *why = "timeout is 0 to " + std::to_string(kLongestTimeoutS) + " seconds, not \"" +
           Shown(pair.value) + "\"";
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  return BATON_OK;
}

}  // namespace

baton_status ReadJobWish(const baton_request& request, JobWish* wish, std::string* why) {
  if ((request.body == nullptr && request.body_size > 0) ||
      (request.query == nullptr && request.query_count > 0)) {
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  const std::string_view body(static_cast<const char*>(request.body), request.body_size);
  if (!body.empty() && !IsJson(body)) {
    *why = "the body of the request is not JSON in UTF-8, at most 64 levels deep";
    return BATON_ERROR_INVALID_JSON;
  }
  Fields fields(!body.empty() && IsJsonObject(body) ? body : std::string_view(), why);
  std::optional<bool> asynchronous;
  std::optional<bool> permissive;  // the plugin's to heed: here it is only checked
  baton_status status = fields.Flag("Synchronous", &wish->synchronous);
  if (status == BATON_OK) status = fields.Flag("Asynchronous", &asynchronous);
  if (status == BATON_OK) status = fields.Flag("Permissive", &permissive);
  if (status == BATON_OK) status = fields.Priority(&wish->priority);
  if (status == BATON_OK) status = ReadTimeout(request, &wish->timeout_ms, why);
  if (status != BATON_OK) return status;
  if (!wish->synchronous.has_value() && asynchronous.has_value())
    wish->synchronous = !*asynchronous;
  fields.UserData(&wish->user_data);
  return BATON_OK;
}

}  // namespace baton
