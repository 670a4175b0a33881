#include "request_pool.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "borrowed_request.h"
#include "callbacks.h"
#include "instance.h"
#include "rest_call.h"

namespace baton {
baton_status RequestPool::Answer(Request request, RouteMatch match, uint64_t* ticket) {
  MutexLock lock(&mutex_);
  return Enter(&requests_, std::move(request), std::move(match), ticket);
}

baton_status RequestPool::Create(RouteMatch match, uint64_t* ticket) {
  MutexLock lock(&mutex_);
  return Enter(&creations_, {}, std::move(match), ticket);
}

baton_status RequestPool::Enter(Line* line, Request request, RouteMatch match, uint64_t* ticket) {
  if (closed_ || match.route.instance->closing()) return BATON_ERROR_CLOSING;
  if (line->waiting.size() >= kMaxWaiting) return BATON_ERROR_QUEUE_FULL;
  *ticket = ++last_ticket_;
  auto response = std::make_shared<Response>(inbox_, *ticket);
  auto job = std::make_shared<Job>(
      Job{*ticket, std::move(request), std::move(match), std::move(response)});
  open_.emplace(*ticket, job);
  line->waiting.push_back(std::move(job));
  Wake();
  return BATON_OK;
}

void RequestPool::Prepare() {
  MutexLock lock(&mutex_);
  if (threads_ == 0) AddThread();
}

void RequestPool::Post(std::function<void()> task) {
  MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
  Wake();
}

// Sees to it that there is a thread for what has just come.
void RequestPool::Wake() {
  const size_t tasks = std::min(tasks_.size(), static_cast<size_t>(kTaskThreads - tasking_));
  const size_t needed = requests_.Needs() + creations_.Needs() + tasks;
  if (idle_ >= needed || threads_ == kThreads + kCreateThreads + kTaskThreads) {
    work_.Signal();
    return;
  }
  try {
    AddThread();
  } catch (const std::system_error&) {
    work_.Signal();  // those that are there do it, or who comes next
  }
}

void RequestPool::AddThread() {
  // Not this pool alone, but all that its threads may touch.
  std::thread([this, alive = keep_alive_.lock()]() mutable {
    Loop();
    alive.reset();
  }).detach();
  threads_++;
}

void RequestPool::Loop() {
  MutexLock lock(&mutex_);
  for (;;) {
    if (creations_.CanBegin()) {
      AnswerFirst(&creations_);
    } else if (requests_.CanBegin()) {
      AnswerFirst(&requests_);
    } else if (!tasks_.empty() && tasking_ < kTaskThreads) {
      DoFirst();
    } else if (closed_ && creations_.waiting.empty() && requests_.waiting.empty() &&
               tasks_.empty()) {
      break;
    } else {
      idle_++;
      work_.Wait();
      idle_--;
    }
  }
  threads_--;
  work_.SignalAll();  // who waited for a task to end may end as well
}

void RequestPool::AnswerFirst(Line* line) {
  const std::shared_ptr<Job> job = std::move(line->waiting.front());
  line->waiting.pop_front();
  line->busy++;
  mutex_.Unlock();
  job->response->End(Handle(*job));
  mutex_.Lock();
  line->busy--;
  open_.erase(job->ticket);
}

void RequestPool::DoFirst() {
  std::function<void()> task = std::move(tasks_.front());
  tasks_.pop_front();
  tasking_++;
  mutex_.Unlock();
  task();
  task = nullptr;  // what it holds may come back here
  mutex_.Lock();
  tasking_--;
}

baton_status RequestPool::Handle(const Job& job) {
  const BorrowedRequest request(job.request, job.match.groups);
  const Route& route = job.match.route;
  if (!route.instance->BeginNew()) return BATON_ERROR_CLOSING;
  baton_status status = BATON_ERROR_INTERNAL;
  {
    CallbackScope scope(route.instance, CallerOf(job.request.headers));
    Guarded([&] {
      status = route.handler(route.data, request.c_request(), job.response->c_response());
    });
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
  Dismiss(&requests_, instance);
  Dismiss(&creations_, instance);
  for (const auto& [ticket, job] : open_) {
    if (IsOf(instance, *job)) job->response->Abort();
  }
  work_.SignalAll();
}

void RequestPool::Dismiss(Line* line, const Instance* instance) {
  const auto leaves = [&](const std::shared_ptr<Job>& job) { return IsOf(instance, *job); };
  for (const auto& job : line->waiting) {
    if (!leaves(job)) continue;
    job->response->End(BATON_ERROR_CLOSING);
    open_.erase(job->ticket);
  }
  line->waiting.erase(std::remove_if(line->waiting.begin(), line->waiting.end(), leaves),
                      line->waiting.end());
}

bool RequestPool::IsOf(const Instance* instance, const Job& job) {
  return instance == nullptr || job.match.route.instance == instance;
}

}  // namespace baton
