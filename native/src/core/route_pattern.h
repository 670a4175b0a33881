// Patterns of routes: literal segments, {name}, and a trailing {rest*}. Immutable; any thread.
#ifndef BATON_CORE_ROUTE_PATTERN_H_
#define BATON_CORE_ROUTE_PATTERN_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton {

using Pairs = std::vector<std::pair<std::string, std::string>>;

class RoutePattern {
 public:
  // None if `text` is not a pattern: it starts with a slash, no segment is empty, literals are of what
  // may stand in a path, names are letters, digits and "_" and differ, {rest*} is last. The same
  // rules as in src/engine/route-table.ts.
  static std::optional<RoutePattern> Parse(std::string_view text);

  // Matches a path as it was sent, without the query; fills the groups, decoded, in the pattern's
  // order.
  bool Match(std::string_view path, Pairs* groups) const;

  // What two patterns share that match the same paths. Sorts the more specific first: literal,
  // {name}, {rest*}.
  const std::string& shape() const { return shape_; }

  // The first segment; "" if it is none for itself.
  std::string first() const {
    return segments_.front().kind == Kind::kLiteral ? segments_.front().text : std::string();
  }

 private:
  enum class Kind { kLiteral, kName, kRest };
  struct Segment {
    Kind kind;
    std::string text;
  };
  bool Add(std::string_view raw, bool last);

  std::vector<Segment> segments_;
  std::string shape_;
};

// The character of the %XX at the front of `text`, which starts with the percent sign; none if that
// is malformed.
std::optional<char> EscapedCharacter(std::string_view text);

// Decodes %XX; none if that is malformed, a NUL, or not UTF-8 in the end.
std::optional<std::string> DecodePercent(std::string_view text);

}  // namespace baton

#endif  // BATON_CORE_ROUTE_PATTERN_H_
