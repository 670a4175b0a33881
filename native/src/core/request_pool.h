// The threads on which native routes answer requests, on which plugins make jobs from content, and on
// which they are told of things, apart from the steps of jobs. Any thread.
//
// Requests, creations and tasks have threads of their own number, so none can keep another waiting: a
// route may ask for a job (POST /jobs) and holds its thread until there is one.
#ifndef BATON_CORE_REQUEST_POOL_H_
#define BATON_CORE_REQUEST_POOL_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "inbox.h"
#include "mutex.h"
#include "response.h"
#include "route_table.h"

namespace baton {

struct Request {
  std::string method;
  std::string path;  // as sent, without the query
  Pairs query;       // decoded
  Pairs headers;     // names in lower case
  Bytes body;
};

class RequestPool {
 public:
  static constexpr int kThreads = 8;        // for requests
  static constexpr int kCreateThreads = 8;  // for creations
  static constexpr int kTaskThreads = 4;    // for tasks
  static constexpr size_t kMaxWaiting = 64;

  explicit RequestPool(Inbox* inbox) : inbox_(inbox), work_(&mutex_) {}

  // Before the first request. `keep_alive` owns this pool.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  // Has the request answered, in messages that carry `*ticket`. Errors: QUEUE_FULL, CLOSING.
  baton_status Answer(Request request, RouteMatch match, uint64_t* ticket);
  // The same for a handler that makes a job, of nobody's request.
  baton_status Create(RouteMatch match, uint64_t* ticket);

  // Makes sure that there is a thread, while a failure to get one can still be told.
  void Prepare();
  // Has `task` called, after those posted before have begun. Also while closing. It must not throw.
  void Post(std::function<void()> task);

  // Of no effect once the answer has ended.
  void Acknowledge(uint64_t ticket, size_t size);
  void Abort(uint64_t ticket);

  // Requests and creations of one instance, or (null) all and for ever, that have not begun are
  // answered with CLOSING; writes of the others fail with it. Threads end once they have nothing to do.
  void Close(const Instance* instance);

 private:
  struct Job {
    uint64_t ticket;
    Request request;
    RouteMatch match;
    std::shared_ptr<Response> response;
  };
  // Those that wait for one kind of thread, and how many such threads there are.
  struct Line {
    bool CanBegin() const { return !waiting.empty() && busy < threads; }
    size_t Needs() const { return std::min(waiting.size(), static_cast<size_t>(threads - busy)); }

    const int threads;
    std::deque<std::shared_ptr<Job>> waiting = {};
    int busy = 0;
  };

  baton_status Enter(Line* line, Request request, RouteMatch match, uint64_t* ticket)
      EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddThread() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Loop();
  void AnswerFirst(Line* line) EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DoFirst() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static baton_status Handle(const Job& job);
  // Whether it belongs to `instance`; null: to any.
  static bool IsOf(const Instance* instance, const Job& job);
  // Answers those of `instance` that have not begun with CLOSING.
  void Dismiss(Line* line, const Instance* instance) EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Constant after Start.
  Inbox* const inbox_;
  std::weak_ptr<void> keep_alive_;

  Mutex mutex_;
  CondVar work_;
  // Guarded by mutex_.
  Line requests_ GUARDED_BY(mutex_) = {kThreads};
  Line creations_ GUARDED_BY(mutex_) = {kCreateThreads};
  std::unordered_map<uint64_t, std::shared_ptr<Job>> open_ GUARDED_BY(mutex_);
  uint64_t last_ticket_ GUARDED_BY(mutex_) = 0;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  int tasking_ GUARDED_BY(mutex_) = 0;  // threads in a task
  int threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_REQUEST_POOL_H_
