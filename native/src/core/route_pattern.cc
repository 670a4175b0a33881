#include "route_pattern.h"

#include <cstring>

#include "text.h"

namespace baton {
namespace {

// Takes the segment after the leading slash off `*path`. REQUIRES: `*path` starts with a slash.
std::string_view NextSegment(std::string_view* path) {
  path->remove_prefix(1);
  const std::string_view segment = path->substr(0, path->find('/'));
  path->remove_prefix(segment.size());
  return segment;
}

bool IsWord(std::string_view text, const char* others) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && std::strchr(others, c) == nullptr) return false;
  }
  return !text.empty() && text.find('\0') == std::string_view::npos;
}

// What may stand in a path as it is.
bool IsLiteral(std::string_view text) { return IsWord(text, "_.~!$&'()*+,;=:@%-"); }

bool IsName(std::string_view text) {
  return IsWord(text, "_") && text.front() != '_' && !(text.front() >= '0' && text.front() <= '9');
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<char> EscapedCharacter(std::string_view text) {
  const int high = text.size() < 3 ? -1 : HexDigit(text[1]);
  const int low = text.size() < 3 ? -1 : HexDigit(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

std::optional<std::string> DecodePercent(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (c == '%') {
      const std::optional<char> escaped = EscapedCharacter(text.substr(i));
      if (!escaped.has_value()) return std::nullopt;
      c = *escaped;
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  if (!IsUtf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<RoutePattern> RoutePattern::Parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return std::nullopt;
  RoutePattern pattern;
  while (!text.empty()) {
    const std::string_view raw = NextSegment(&text);
    if (!pattern.Add(raw, text.empty())) return std::nullopt;
  }
  return pattern;
}

bool RoutePattern::Add(std::string_view raw, bool last) {
  if (IsLiteral(raw)) {
    segments_.push_back({Kind::kLiteral, std::string(raw)});
    shape_ += "/1";
    shape_ += raw;
    return true;
  }
  if (raw.size() < 3 || raw.front() != '{' || raw.back() != '}') return false;
  raw = raw.substr(1, raw.size() - 2);
  const Kind kind = raw.back() == '*' ? Kind::kRest : Kind::kName;
  if (kind == Kind::kRest) raw.remove_suffix(1);
  if (!IsName(raw)) return false;
  if (kind == Kind::kRest && !last) return false;
  for (const Segment& segment : segments_) {
    if (segment.kind != Kind::kLiteral && segment.text == raw) return false;
  }
  segments_.push_back({kind, std::string(raw)});
  shape_ += kind == Kind::kName ? "/2" : "/3";
  return true;
}

bool RoutePattern::Match(std::string_view path, Pairs* groups) const {
  groups->clear();
  for (const Segment& segment : segments_) {
    if (path.empty() || path.front() != '/') return false;
    std::string_view raw;
    if (segment.kind == Kind::kRest) {
      raw = path.substr(1);
      path = {};
    } else {
      raw = NextSegment(&path);
    }
    std::optional<std::string> decoded = DecodePercent(raw);
    if (!decoded.has_value()) return false;
    if (segment.kind == Kind::kLiteral) {
      if (*decoded != segment.text) return false;
      continue;
    }
    if (segment.kind == Kind::kName && decoded->empty()) return false;
    groups->emplace_back(segment.text, std::move(*decoded));
  }
  return path.empty();
}

}  // namespace baton
