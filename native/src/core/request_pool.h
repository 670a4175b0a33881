// The threads on which native routes answer requests, and other callbacks are made that are not of
// a job, apart from the steps of jobs. Any thread. One thread is always left for the latter.
#ifndef BATON_CORE_REQUEST_POOL_H_
#define BATON_CORE_REQUEST_POOL_H_

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
  static constexpr int kThreads = 8;
  static constexpr size_t kMaxWaiting = 64;

  explicit RequestPool(Inbox* inbox) : inbox_(inbox), work_(&mutex_) {}

  // Before the first request. `keep_alive` owns this pool.
  void Start(std::weak_ptr<void> keep_alive) { keep_alive_ = std::move(keep_alive); }

  // Has the request answered, in messages that carry `*ticket`. Errors: QUEUE_FULL, CLOSING.
  baton_status Answer(Request request, RouteMatch match, uint64_t* ticket);

  // Makes sure that there is a thread, while a failure to get one can still be told.
  void Prepare();
  // Has `callback` called, also while this closes; it must not throw. As many as there are.
  void Post(std::function<void()> callback);

  // Of no effect once the answer has ended.
  void Acknowledge(uint64_t ticket, size_t size);
  void Abort(uint64_t ticket);

  // Requests of one instance, or (null) all and for ever, that have not begun are answered with
  // CLOSING; writes of the others fail with it. Threads end once they have nothing to do.
  void Close(const Instance* instance);

 private:
  struct Job {
    uint64_t ticket;
    Request request;
    RouteMatch match;
    std::shared_ptr<Response> response;
  };

  void AddThread() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddThreadIfNeeded() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Loop();
  bool TakeOne() EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static baton_status Handle(const Job& job);

  // Constant after Start.
  Inbox* const inbox_;
  std::weak_ptr<void> keep_alive_;

  Mutex mutex_;
  CondVar work_;
  // Guarded by mutex_.
  std::deque<std::function<void()>> callbacks_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Job>> waiting_ GUARDED_BY(mutex_);
  int handling_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Job>> open_ GUARDED_BY(mutex_);
  uint64_t last_ticket_ GUARDED_BY(mutex_) = 0;
  int threads_ GUARDED_BY(mutex_) = 0;
  size_t idle_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_REQUEST_POOL_H_
