#include "rest_request.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "header_text.h"
#include "text.h"

namespace baton {
namespace {

bool IsMethod(std::string_view text) {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

// The characters of RFC 3986, but for the fragment's. Anything else a parser of URLs might change,
// and then it would be the path of another route.
bool IsTarget(std::string_view text) {
  static const char kAllowed[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?[]@!$&'()*+,;=%";
  return !text.empty() && text.front() == '/' &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

// "." and "..", also escaped, mean another path to a parser of URLs.
bool IsDotSegment(std::string_view segment) {
  std::string plain;
  for (size_t i = 0; i < segment.size() && plain.size() < 3; i++) {
    const bool escaped = segment.substr(i, 2) == "%2" && i + 2 < segment.size() &&
                         (segment[i + 2] == 'e' || segment[i + 2] == 'E');
    plain += escaped ? '.' : segment[i];
    if (escaped) i += 2;
  }
  return plain == "." || plain == "..";
}

// Appends the segments of `path`, each with one slash. False if one is a dot segment.
bool Flatten(std::string_view path, std::string* flat) {
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
    if (segment.empty()) continue;
    if (IsDotSegment(segment)) return false;
    *flat += '/';
    *flat += segment;
  }
  if (flat->empty()) *flat = "/";
  return true;
}

baton_status ReadTarget(const char* text, RestRequest* request) {
  if (text == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
  const std::string_view target(text, strnlen(text, BATON_MAX_HEAD_SIZE + 1));
  if (target.size() > BATON_MAX_HEAD_SIZE) return BATON_ERROR_TOO_LARGE;
  if (!IsTarget(target)) return BATON_ERROR_INVALID_ARGUMENT;
  const size_t mark = std::min(target.find('?'), target.size());
  request->query = target.substr(mark);
  return Flatten(target.substr(0, mark), &request->path) ? BATON_OK : BATON_ERROR_INVALID_ARGUMENT;
}

// Here a body has no frame but its size.
bool Frames(std::string_view name) {
  return name == "connection" || name == "content-length" || name == "expect" ||
         name == "keep-alive" || name == "te" || name == "trailer" || name == "transfer-encoding" ||
         name == "upgrade";
}

void AddHeader(std::string name, std::string_view value, Pairs* headers) {
  if (Frames(name)) return;
  for (auto& [other, text] : *headers) {
    if (other != name) continue;
    text.append(", ").append(value);
    return;
  }
  headers->emplace_back(std::move(name), value);
}

baton_status ReadHeaders(const RestArguments& arguments, size_t room, Pairs* headers) {
  if (arguments.headers == nullptr && arguments.header_count > 0)
    return BATON_ERROR_INVALID_ARGUMENT;
  for (size_t i = 0; i < arguments.header_count; i++) {
    const auto& [name, value] = arguments.headers[i];
    if (name == nullptr || value == nullptr) return BATON_ERROR_INVALID_ARGUMENT;
    const std::string_view name_view(name, strnlen(name, room + 1));
    const std::string_view value_view(value, strnlen(value, room + 1));
    if (name_view.size() + value_view.size() > room) return BATON_ERROR_TOO_LARGE;
    if (!IsHeaderName(name) || !IsHeaderValue(value) || !IsUtf8(value_view))
      return BATON_ERROR_INVALID_ARGUMENT;
    room -= name_view.size() + value_view.size();
    std::string lower(name_view);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    AddHeader(std::move(lower), value_view, headers);
  }
  return BATON_OK;
}

// One character or escape of a form, from the front of `*text`.
char TakeFormCharacter(std::string_view* text) {
  const char c = text->front();
  const std::optional<char> escaped = c == '%' ? EscapedCharacter(*text) : std::nullopt;
  text->remove_prefix(escaped.has_value() ? 3 : 1);
  return escaped.has_value() ? *escaped : c == '+' ? ' ' : c;
}

std::string DecodeForm(std::string_view text) {
  std::string decoded;
  while (!text.empty()) decoded += TakeFormCharacter(&text);
  return CopyMessage(decoded.c_str(), decoded.size() + 1);
}

}  // namespace

baton_status ReadRest(const RestArguments& arguments, RestRequest* request) {
  baton_status status = CopyName(arguments.method, 16, &request->method);
  if (status == BATON_OK && !IsMethod(request->method)) status = BATON_ERROR_INVALID_ARGUMENT;
  if (status == BATON_OK) status = ReadTarget(arguments.path, request);
  if (status != BATON_OK) return status;
  const size_t room = BATON_MAX_HEAD_SIZE - std::strlen(arguments.path);
  status = ReadHeaders(arguments, room, &request->headers);
  if (status != BATON_OK) return status;
  if (arguments.body == nullptr && arguments.body_size > 0) return BATON_ERROR_INVALID_ARGUMENT;
  if (arguments.body_size > BATON_MAX_BODY_SIZE) return BATON_ERROR_TOO_LARGE;
  if (arguments.body_size > 0)
    request->body.assign(static_cast<const char*>(arguments.body), arguments.body_size);
  return BATON_OK;
}

Pairs DecodeQuery(std::string_view query) {
  Pairs pairs;
  if (!query.empty()) query.remove_prefix(1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    pairs.emplace_back(DecodeForm(pair.substr(0, equals)), DecodeForm(value));
  }
  return pairs;
}

}  // namespace baton
