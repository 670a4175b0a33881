// The gauges that plugins have set. Any thread.
#ifndef BATON_CORE_METRIC_TABLE_H_
#define BATON_CORE_METRIC_TABLE_H_

#include <map>
#include <string>
#include <vector>

#include "baton.h"
#include "mutex.h"

namespace baton {

class Instance;

struct Metric {
  std::string plugin;
  std::string name;
  double value;
};

class MetricTable {
 public:
  static constexpr size_t kMaxNames = 1000;  // of one instance

  // Errors: INVALID_ARGUMENT (the name is not lower_snake, the value not finite), TOO_LARGE, CLOSING.
  baton_status Set(const Instance* instance, const char* name, double value);

  // All of them, by plugin and name.
  std::vector<Metric> Read();

  void RemoveAll(const Instance* instance);

 private:
  Mutex mutex_;
  std::map<const Instance*, std::map<std::string, double>> values_ GUARDED_BY(mutex_);
};

}  // namespace baton

#endif  // BATON_CORE_METRIC_TABLE_H_
