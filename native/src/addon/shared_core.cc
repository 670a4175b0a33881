#include "shared_core.h"

#include <unordered_map>
#include <utility>

namespace baton {
namespace {

struct Registry {
  Mutex mutex;
  int64_t last_number GUARDED_BY(mutex) = 0;
  std::unordered_map<int64_t, std::weak_ptr<SharedCore>> cores GUARDED_BY(mutex);
};

// Never destroyed: threads may be late.
Registry& TheRegistry() {
  static auto* const registry = new Registry();
  return *registry;
}

}  // namespace

bool StoreBell::Attach(std::shared_ptr<Bridge> bridge) {
  MutexLock lock(&mutex_);
  if (bridge_ != nullptr) return false;
  bridge_ = std::move(bridge);
  bridge_->Signal();
  return true;
}

void StoreBell::Detach() {
  MutexLock lock(&mutex_);
  bridge_ = nullptr;
}

void StoreBell::Ring() {
  MutexLock lock(&mutex_);
  if (bridge_ != nullptr) bridge_->Signal();
}

SharedCore::SharedCore(CoreOptions options, std::shared_ptr<LoopCalls> calls,
                       std::shared_ptr<StoreBell> bell, int64_t number)
    : number_(number),
      calls_(std::move(calls)),
      bell_(std::move(bell)),
      core_(std::move(options)) {}

std::shared_ptr<SharedCore> SharedCore::New(CoreOptions options, std::shared_ptr<Bridge> inbox,
                                            std::shared_ptr<LoopCalls> calls) {
  const auto bell = std::make_shared<StoreBell>();
  options.wake = [inbox = std::move(inbox)] { inbox->Signal(); };
  options.wake_store = [bell] { bell->Ring(); };
  options.engine_calls = calls.get();
  Registry& registry = TheRegistry();
  int64_t number;
  {
    MutexLock lock(&registry.mutex);
    number = ++registry.last_number;
  }
  auto core = std::make_shared<SharedCore>(std::move(options), std::move(calls), bell, number);
  MutexLock lock(&registry.mutex);
  registry.cores.emplace(number, core);
  return core;
}

std::shared_ptr<SharedCore> SharedCore::Find(int64_t number) {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  const auto at = registry.cores.find(number);
  return at == registry.cores.end() ? nullptr : at->second.lock();
}

void SharedCore::Unregister() {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  registry.cores.erase(number_);
}

}  // namespace baton
