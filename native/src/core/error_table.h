// What plugins say about the error codes of their jobs, for people. Any thread.
#ifndef BATON_CORE_ERROR_TABLE_H_
#define BATON_CORE_ERROR_TABLE_H_

#include <map>
#include <optional>
#include <string>

#include "baton.h"
#include "mutex.h"

namespace baton {

class Instance;

class ErrorTable {
 public:
  static constexpr size_t kMaxCodes = 1000;  // of one instance

  // Errors: NAME_TAKEN (described before), TOO_LARGE (too many), CLOSING.
  baton_status Register(const Instance* instance, const std::string& code, const std::string& text);

  // None: `plugin` has not described it.
  std::optional<std::string> Find(const std::string& plugin, const std::string& code);

  void RemoveAll(const Instance* instance);

 private:
  Mutex mutex_;
  std::map<const Instance*, std::map<std::string, std::string>> texts_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_ERROR_TABLE_H_
