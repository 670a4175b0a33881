// Which plugin answers which requests. Any thread.
#ifndef BATON_CORE_ROUTE_TABLE_H_
#define BATON_CORE_ROUTE_TABLE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "baton.h"
#include "mutex.h"
#include "route_pattern.h"

namespace baton {

class Instance;

struct Route {
  Instance* instance = nullptr;  // null: the host's own, only there so that nobody takes its place
  baton_handler handler = nullptr;
  void* data = nullptr;
};

struct RouteMatch {
  Route route;
  Pairs groups;
  std::shared_ptr<void> owned;  // the route's data, if it is for this request alone
};

class RouteTable {
 public:
  // Errors: INVALID_ARGUMENT (the method or the pattern), NAME_TAKEN, CLOSING. `then` is called under the
  // table's lock; if it throws, the route is not registered.
  baton_status Register(const std::string& method, const std::string& pattern, Route route,
                        const std::function<void()>& then);

  // Keeps everything below a first segment for the host itself.
  void ReservePath(const std::string& segment);

  // Takes one back. REQUIRES: Register has just returned OK for it.
  void Remove(const std::string& method, const std::string& pattern);

  // The most specific route of a plugin for a path as it was sent, without the query.
  std::optional<RouteMatch> Match(const std::string& method, std::string_view path);

  // Forgets all routes of an instance.
  void RemoveAll(const Instance* instance);

 private:
  struct Entry {
    RoutePattern pattern;
    Route route;
  };

  bool IsReserved(std::string_view path) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::set<std::string> reserved_ GUARDED_BY(mutex_);
  // By method and shape, so the more specific come first.
  std::map<std::pair<std::string, std::string>, Entry> routes_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_ROUTE_TABLE_H_
