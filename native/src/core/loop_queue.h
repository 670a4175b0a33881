// What is to be done on the engine's thread between its other work: the callbacks of jobs with
// BATON_JOB_ON_LOOP. Post and Poke from any thread; the rest on the engine's thread.
//
// Tasks take turns: one that is not done goes to the back.
#ifndef BATON_CORE_LOOP_QUEUE_H_
#define BATON_CORE_LOOP_QUEUE_H_

#include <deque>
#include <functional>
#include <utility>

#include "mutex.h"

namespace baton {

class LoopQueue {
 public:
  // Does its work, or a part of it until `deadline`; true: it is to be called again.
  using Task = std::function<bool(Clock::time_point deadline)>;

  // `wake` is called under the queue's lock whenever it stops being empty; it must only signal.
  // Null: nobody works on this queue, so nothing may be posted.
  explicit LoopQueue(std::function<void()> wake)
      : driven_(wake != nullptr), wake_(std::move(wake)), changed_(&mutex_) {}

  bool driven() const { return driven_; }

  void Post(Task task);

  // Calls the task in front. False if there is none.
  bool RunOne();
  size_t size();

  // Whoever waits by AwaitWork is to look again whether what he waits for has come.
  void Poke();
  // Waits until there is a task, or a Poke since the last call. False once `deadline` has passed.
  bool AwaitWork(Clock::time_point deadline);

  // `wake` is never called again.
  void Close();

 private:
  const bool driven_;

  Mutex mutex_;
  // Guarded by mutex_.
  std::function<void()> wake_ GUARDED_BY(mutex_);
  CondVar changed_;
  std::deque<Task> tasks_ GUARDED_BY(mutex_);
  bool poked_ GUARDED_BY(mutex_) = false;
};

}  // namespace baton

#endif  // BATON_CORE_LOOP_QUEUE_H_
