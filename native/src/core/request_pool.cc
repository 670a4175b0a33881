#include "request_pool.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "callbacks.h"
#include "instance.h"

namespace baton {
namespace {

std::vector<baton_pair> Borrow(const Pairs& pairs) {
  std::vector<baton_pair> borrowed;
  borrowed.reserve(pairs.size());
  for (const auto& [name, value] : pairs) borrowed.push_back({name.c_str(), value.c_str()});
  return borrowed;
}

}  // namespace

baton_status RequestPool::Answer(Request request, RouteMatch match, uint64_t* ticket) {
  MutexLock lock(&mutex_);
  if (closed_ || match.route.instance->closing()) return BATON_ERROR_CLOSING;
  if (waiting_.size() >= kMaxWaiting) return BATON_ERROR_QUEUE_FULL;
  *ticket = ++last_ticket_;
  auto response = std::make_shared<Response>(inbox_, *ticket);
  auto job = std::make_shared<Job>(
      Job{*ticket, std::move(request), std::move(match), std::move(response)});
  open_.emplace(*ticket, job);
  waiting_.push_back(std::move(job));
  AddThreadIfNeeded();
  return BATON_OK;
}

void RequestPool::Prepare() {
  MutexLock lock(&mutex_);
  if (threads_ == 0) AddThread();
}

void RequestPool::Post(std::function<void()> callback) {
  MutexLock lock(&mutex_);
  callbacks_.push_back(std::move(callback));
  AddThreadIfNeeded();
}

void RequestPool::AddThreadIfNeeded() {
  const auto takeable = static_cast<size_t>(kThreads - handling_);
  const size_t needed = callbacks_.size() + std::min(waiting_.size(), takeable);
  if (idle_ >= needed || threads_ > kThreads) {
    work_.Signal();
    return;
  }
  try {
    AddThread();
  } catch (...) {
    if (threads_ == 0) throw;
    work_.Signal();  // those that are there do it, later
  }
}

void RequestPool::AddThread() {
  std::thread([this, alive = keep_alive_.lock()]() mutable {
    Loop();
    alive.reset();
  }).detach();
  threads_++;
}

void RequestPool::Loop() {
  MutexLock lock(&mutex_);
  for (;;) {
    if (TakeOne()) continue;
    if (closed_) break;
    idle_++;
    work_.Wait();
    idle_--;
  }
  threads_--;
}

// False if there is nothing to do.
bool RequestPool::TakeOne() {
  if (!callbacks_.empty()) {
    std::function<void()> callback = std::move(callbacks_.front());
    callbacks_.pop_front();
    mutex_.Unlock();
    callback();
    callback = nullptr;
    mutex_.Lock();
    return true;
  }
  if (waiting_.empty() || handling_ == kThreads) return false;
  const std::shared_ptr<Job> job = std::move(waiting_.front());
  waiting_.pop_front();
  handling_++;
  mutex_.Unlock();
  job->response->End(Handle(*job));
  mutex_.Lock();
  handling_--;
  open_.erase(job->ticket);
  return true;
}

baton_status RequestPool::Handle(const Job& job) {
  const std::vector<baton_pair> groups = Borrow(job.match.groups);
  const std::vector<baton_pair> query = Borrow(job.request.query);
  const std::vector<baton_pair> headers = Borrow(job.request.headers);
  baton_request request = {};
  request.struct_size = sizeof request;
  request.method = job.request.method.c_str();
  request.path = job.request.path.c_str();
  request.groups = groups.data();
  request.group_count = groups.size();
  request.query = query.data();
  request.query_count = query.size();
  request.headers = headers.data();
  request.header_count = headers.size();
  request.body = job.request.body.empty() ? nullptr : job.request.body.data();
  request.body_size = job.request.body.size();
  const Route& route = job.match.route;
  if (!route.instance->BeginNew()) return BATON_ERROR_CLOSING;
  baton_status status = BATON_ERROR_INTERNAL;
  {
    CallbackScope scope(route.instance, CallbackKind::kOther);
    Guarded([&] { status = route.handler(route.data, &request, job.response->c_response()); });
  }
  route.instance->LeaveCallback();
  return status;
}

void RequestPool::Acknowledge(uint64_t ticket, size_t size) {
  MutexLock lock(&mutex_);
  const auto at = open_.find(ticket);
  if (at != open_.end()) at->second->response->Acknowledge(size);
}

void RequestPool::Abort(uint64_t ticket) {
  MutexLock lock(&mutex_);
  const auto at = open_.find(ticket);
  if (at != open_.end()) at->second->response->Abort();
}

void RequestPool::Close(const Instance* instance) {
  MutexLock lock(&mutex_);
  if (instance == nullptr) closed_ = true;
  const auto concerns = [&](const Job& job) {
    return instance == nullptr || job.match.route.instance == instance;
  };
  for (const auto& job : waiting_) {
    if (!concerns(*job)) continue;
    job->response->End(BATON_ERROR_CLOSING);
    open_.erase(job->ticket);
  }
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(),
                                [&](const auto& job) { return concerns(*job); }),
                 waiting_.end());
  for (const auto& [ticket, job] : open_) {
    if (concerns(*job)) job->response->Abort();
  }
  work_.SignalAll();
}

}  // namespace baton
