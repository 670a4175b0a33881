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

int64_t NextNumber() {
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  return ++registry.last_number;
}

}  // namespace

bool Bell::Attach(std::shared_ptr<Bridge> bridge) {
  MutexLock lock(&mutex_);
  if (bridge_ != nullptr) return false;
  bridge_ = std::move(bridge);
  bridge_->Signal();
  return true;
}

void Bell::Detach() {
  MutexLock lock(&mutex_);
  bridge_ = nullptr;
}

void Bell::Ring() {
  MutexLock lock(&mutex_);
  if (bridge_ != nullptr) bridge_->Signal();
}

SharedCore::SharedCore(CoreOptions options, std::shared_ptr<LoopCalls> calls,
                       std::shared_ptr<Bell> bell, std::shared_ptr<Bell> inbox_bell)
    : number_(NextNumber()),
      calls_(std::move(calls)),
      bell_(std::move(bell)),
      inbox_bell_(std::move(inbox_bell)),
      core_(std::move(options)) {}

std::shared_ptr<SharedCore> SharedCore::New(CoreOptions options, std::shared_ptr<Bridge> inbox,
                                            std::shared_ptr<LoopCalls> calls) {
  const auto bell = std::make_shared<Bell>();
  const auto inbox_bell = std::make_shared<Bell>();
  if (options.far_engine) {
    options.wake = [inbox_bell] { inbox_bell->Ring(); };
  } else {
    options.wake = [inbox = std::move(inbox)] { inbox->Signal(); };
  }
  options.wake_store = [bell] { bell->Ring(); };
  options.engine_calls = calls.get();
  auto core = std::make_shared<SharedCore>(std::move(options), std::move(calls), bell, inbox_bell);
  Registry& registry = TheRegistry();
  MutexLock lock(&registry.mutex);
  registry.cores.emplace(core->number(), core);
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
