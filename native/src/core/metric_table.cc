#include "metric_table.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "instance.h"
#include "text.h"

namespace baton {
namespace {

bool IsLowerSnake(const std::string& name) {
  static const char kAllowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

baton_status MetricTable::Set(const Instance* instance, const char* name, double value) {
  std::string key;
  const baton_status status = CopyName(name, BATON_NAME_SIZE - 1, &key);
  if (status != BATON_OK) return status;
  if (!IsLowerSnake(key) || !std::isfinite(value)) return BATON_ERROR_INVALID_ARGUMENT;
  MutexLock lock(&mutex_);
  // Under the lock: what comes after RemoveAll would stay.
  if (instance->closing()) return BATON_ERROR_CLOSING;
  std::map<std::string, double>& values = values_[instance];
  if (values.size() >= kMaxNames && values.count(key) == 0) return BATON_ERROR_TOO_LARGE;
  values[key] = value;
  return BATON_OK;
}

std::vector<Metric> MetricTable::Read() {
  std::vector<Metric> all;
  {
    MutexLock lock(&mutex_);
    for (const auto& [instance, values] : values_) {
      for (const auto& [name, value] : values) all.push_back({instance->plugin(), name, value});
    }
  }
  std::sort(all.begin(), all.end(), [](const Metric& a, const Metric& b) {
    return std::tie(a.plugin, a.name) < std::tie(b.plugin, b.name);
  });
  return all;
}

void MetricTable::RemoveAll(const Instance* instance) {
  MutexLock lock(&mutex_);
  values_.erase(instance);
}

}  // namespace baton
