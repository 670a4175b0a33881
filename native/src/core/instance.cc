#include "instance.h"

#include <vector>

#include "callbacks.h"
#include "host_calls.h"
#include "kernel.h"

namespace baton {

namespace {

std::atomic<Instance::Interposer> interposer_now{nullptr};

}  // namespace

void Instance::SetInterposer(Interposer interposer) { interposer_now.store(interposer); }

Instance::Instance(std::string plugin, std::shared_ptr<Kernel> kernel)
    : host_(HostCalls()),
      seen_(&host_),
      plugin_(std::move(plugin)),
      loop_thread_(std::this_thread::get_id()),
      loop_border_(kernel->options.loop_border),
      idle_(&mutex_),
      kernel_(std::move(kernel)) {
  host_.internal = this;
  const Interposer interposer = interposer_now.load();
  if (interposer != nullptr) seen_ = interposer(&host_);
}

Instance* Instance::New(std::string plugin, std::shared_ptr<Kernel> kernel) {
  // Reachable for ever, so that no leak checker takes them for lost.
  static Mutex mutex;
  static auto* const all = new std::vector<Instance*>();
  Instance* instance = new Instance(std::move(plugin), std::move(kernel));
  MutexLock lock(&mutex);
  all->push_back(instance);
  return instance;
}

Instance* Instance::From(const baton_host* host) {
  return host == nullptr ? nullptr : static_cast<Instance*>(host->internal);
}

std::shared_ptr<const JobKind> Instance::KindOf(const std::string& type) {
  MutexLock lock(&mutex_);
  auto at = kinds_.find(type);
  if (at == kinds_.end()) {
    const JobKind kind = {plugin_, type};
    if (kinds_.size() == kMaxKinds) return std::make_shared<const JobKind>(kind);
    at = kinds_.emplace(type, kind).first;
  }
  return Uncounted(&at->second);
}

std::shared_ptr<Kernel> Instance::Enter() {
  MutexLock lock(&mutex_);
  return kernel_;
}

void Instance::Close() {
  std::shared_ptr<Kernel> dropped;  // destroyed without the lock
  MutexLock lock(&mutex_);
  dropped.swap(kernel_);
}

bool Instance::BeginNew() {
  MutexLock lock(&mutex_);
  if (kernel_ == nullptr || closing()) return false;
  executing_++;
  return true;
}

void Instance::EnterCallback() { executing_++; }

void Instance::LeaveCallback() {
  executing_--;
  if (!awaited_) return;
  MutexLock lock(&mutex_);
  idle_.SignalAll();
  // The engine's thread works on the loop while it waits.
  if (kernel_ != nullptr) kernel_->loop.Poke();
}

void Instance::LeaveAlone() {
  MutexLock lock(&mutex_);
  left_alone_++;
  idle_.SignalAll();
}

void Instance::Regain() {
  MutexLock lock(&mutex_);
  left_alone_--;
}

bool Instance::AwaitIdle(Clock::time_point deadline) {
  const int here = CallbacksHere(this);
  MutexLock lock(&mutex_);
  awaited_ = true;
  while (executing_ > here + left_alone_) {
    if (!idle_.WaitUntil(deadline)) break;
  }
  return executing_ == 0;
}

bool Instance::IdleElsewhere() {
  const int here = CallbacksHere(this);
  MutexLock lock(&mutex_);
  awaited_ = true;
  return executing_ <= here + left_alone_;
}

bool Instance::Idle() { return executing_ == 0; }

}  // namespace baton
