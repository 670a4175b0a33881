#include "route_table.h"

namespace baton {
namespace {

bool IsMethod(const std::string& method) {
  if (method.empty() || method.size() > 16) return false;
  for (const char c : method) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

}  // namespace

baton_status RouteTable::Register(const std::string& method, const std::string& pattern,
                                  Route route, const std::function<void()>& then) {
  std::optional<RoutePattern> parsed = RoutePattern::Parse(pattern);
  if (!IsMethod(method) || !parsed.has_value()) return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&mutex_);
  const auto key = std::make_pair(method, parsed->shape());
  if (!routes_.emplace(key, Entry{std::move(*parsed), route}).second) return BATON_ERROR_NAME_TAKEN;
  if (then) then();
  return BATON_OK;
}

void RouteTable::Remove(const std::string& method, const std::string& pattern) {
  const std::optional<RoutePattern> parsed = RoutePattern::Parse(pattern);
  MutexLock lock(&mutex_);
  if (parsed.has_value()) routes_.erase({method, parsed->shape()});
}

std::optional<RouteMatch> RouteTable::Match(const std::string& method, std::string_view path) {
  MutexLock lock(&mutex_);
  RouteMatch match;
  for (auto at = routes_.lower_bound({method, ""});
       at != routes_.end() && at->first.first == method; ++at) {
    if (!at->second.pattern.Match(path, &match.groups)) continue;
    if (at->second.route.instance == nullptr) return std::nullopt;
    match.route = at->second.route;
    return match;
  }
  return std::nullopt;
}

void RouteTable::RemoveAll(const Instance* instance) {
  MutexLock lock(&mutex_);
  for (auto at = routes_.begin(); at != routes_.end();) {
    at = at->second.route.instance == instance ? routes_.erase(at) : std::next(at);
  }
}

}  // namespace baton
