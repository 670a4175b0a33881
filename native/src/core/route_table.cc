#include "route_table.h"

#include "instance.h"

namespace baton {
namespace {

// Those that the engine serves.
bool IsMethod(const std::string& method) {
  return method == "GET" || method == "POST" || method == "PUT" || method == "DELETE";
}

}  // namespace

baton_status RouteTable::Register(const std::string& method, const std::string& pattern,
                                  Route route, const std::function<void()>& then) {
  std::optional<RoutePattern> parsed = RoutePattern::Parse(pattern);
  if (!IsMethod(method) || !parsed.has_value()) return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&mutex_);
  if (reserved_.count(parsed->first()) != 0) return BATON_ERROR_NAME_TAKEN;
  const auto key = std::make_pair(method, parsed->shape());
  // Under the lock: what comes after RemoveAll would stay.
  if (route.instance != nullptr && route.instance->closing()) return BATON_ERROR_CLOSING;
  const auto [at, is_new] = routes_.emplace(key, Entry{std::move(*parsed), route});
  if (!is_new) return BATON_ERROR_NAME_TAKEN;
  try {
    if (then) then();
  } catch (...) {
    routes_.erase(at);
    throw;
  }
  return BATON_OK;
}

void RouteTable::ReservePath(const std::string& segment) {
  MutexLock lock(&mutex_);
  reserved_.insert(segment);
}

void RouteTable::Remove(const std::string& method, const std::string& pattern) {
  const std::optional<RoutePattern> parsed = RoutePattern::Parse(pattern);
  MutexLock lock(&mutex_);
  if (parsed.has_value()) routes_.erase({method, parsed->shape()});
}

std::optional<RouteMatch> RouteTable::Match(const std::string& method, std::string_view path) {
  MutexLock lock(&mutex_);
  if (IsReserved(path)) return std::nullopt;
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

bool RouteTable::IsReserved(std::string_view path) {
  if (path.empty()) return false;
  const std::optional<std::string> first = DecodePercent(path.substr(1, path.find('/', 1) - 1));
  return first.has_value() && reserved_.count(*first) != 0;
}

void RouteTable::RemoveAll(const Instance* instance) {
  MutexLock lock(&mutex_);
  for (auto at = routes_.begin(); at != routes_.end();) {
    at = at->second.route.instance == instance ? routes_.erase(at) : std::next(at);
  }
}

}  // namespace baton
