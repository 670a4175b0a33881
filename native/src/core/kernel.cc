#include "kernel.h"

#include <chrono>
#include <utility>

#include "run.h"
#include "text.h"

namespace baton {
namespace {

constexpr size_t kMaxLogText = 64 * 1024;

// The wakers belong to the parts that call them, which drop them when the Core dies; nothing else
// may keep them.
CoreOptions WithoutWakers(CoreOptions options) {
  options.wake = nullptr;
  options.wake_store = nullptr;
  options.wake_loop = nullptr;
  return options;
}

}  // namespace

int64_t NowMs() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

Kernel::Kernel(CoreOptions core_options)
    : options(WithoutWakers(core_options)),
      engine_thread(std::this_thread::get_id()),
      inbox(std::move(core_options.wake)),
      room(&inbox, options.limit_jobs),
      store(options.next_sequence, std::move(core_options.wake_store)),
      desk(&inbox),
      loop(std::move(core_options.wake_loop)),
      requests(&inbox),
      events(this, &inbox, &requests),
      ready(&inbox, &jobs, options, [this](Beginner&& beginner) { BeginRun(std::move(beginner)); }),
      ticker(&ready, &inbox, options),
      expiry(&store),
      step_watcher(options.step_grace_ms),
      closed_job_(&mutex_) {}

void Kernel::Start() {
  pool.Start(weak_from_this());
  requests.Start(weak_from_this());
  ticker.Start(weak_from_this());
  expiry.Start(weak_from_this());
  step_watcher.Start(weak_from_this());
}

void Kernel::BeginRun(Beginner&& beginner) {
  beginner.job = beginner.admitted != nullptr ? jobs.FindOrAdd(beginner.admitted->id)
                                              : beginner.control->from_lane.job;
  const std::shared_ptr<OwnedJob> job = beginner.job;
  job->SetRunning(NowMs());
  room.Give(1);  // it does not wait any more; of a run that is not native the engine says so
  ticker.Poke();
  // Mostly nobody works on its strand. Then the thread that will makes the run, which is as large as all
  // else of the job: so none of it goes from one processor to another.
  if (!job->on_loop && job->strand.TryEnter()) {
    pool.PostRun([this, beginner = std::move(beginner)]() mutable {
      const std::shared_ptr<OwnedJob> its_job = beginner.job;
      if (!its_job->strand.WorkWith(RunOf(std::move(beginner)), kNoDeadline))
        Dispatch(its_job, Need::kSlot);
    });
  } else if (job->strand.Post(RunOf(std::move(beginner)))) {
    Dispatch(job, Need::kSlot);
  }
}

Strand::Task Kernel::RunOf(Beginner&& beginner) {
  // What needs no slot may be in front of it on the strand, but must not be kept from others by it.
  return [run = MakeRecycled<Run>(this, std::move(beginner))](Clock::time_point deadline) {
    return deadline != kNoTime && run->Advance(deadline);
  };
}

void Kernel::Dispatch(const std::shared_ptr<OwnedJob>& job, Need need) {
  if (job->on_loop) {
    loop.Post([this, job](Clock::time_point deadline) { return TakeTurn(job, deadline); });
    return;
  }
  auto work = [this, job, need] {
    // Not done: what is left is for the loop, or is a run.
    if (!job->strand.Work(need == Need::kSlot ? kNoDeadline : kNoTime)) Dispatch(job, Need::kSlot);
  };
  if (need == Need::kSlot) {
    pool.PostRun(std::move(work));
  } else {
    pool.PostService(std::move(work));
  }
}

bool Kernel::TakeTurn(const std::shared_ptr<OwnedJob>& job, Clock::time_point deadline) {
  held_.push_back(job.get());
  const bool done = job->strand.Work(deadline);
  held_.pop_back();
  if (done) return false;
  if (job->on_loop) return true;
  Dispatch(job, Need::kSlot);
  return false;
}

void Kernel::WorkOnLoop(Clock::time_point deadline) {
  while (loop.RunOne() && Clock::now() < deadline) {
  }
}

bool Kernel::WorkUntil(const std::function<bool()>& is_done, Clock::time_point deadline) {
  // At least one turn for each; and of a host that closes every task ends soon, and nobody else
  // would do it.
  for (size_t owed = loop.size();; owed -= owed > 0) {
    if (is_done()) return true;
    if (owed == 0 && !closing.load() && Clock::now() >= deadline) return false;
    if (!loop.RunOne() && !loop.AwaitWork(deadline)) return is_done();
  }
}

void Kernel::Log(const std::string& plugin, const std::string& id, int32_t level,
                 const char* text) {
  inbox.Push(Logged{plugin, id, level, CopyMessage(text, kMaxLogText), NowMs()});
}

void Kernel::Serve(const std::shared_ptr<OwnedJob>& job, std::function<void()> task) {
#ifdef BATON_SEED_OVERLAP
  return pool.PostService(std::move(task));
#endif
  auto serve = [task = std::move(task)](Clock::time_point) {
    task();
    return true;
  };
  if (job->strand.Post(std::move(serve))) Dispatch(job, Need::kNoSlot);
}

std::shared_ptr<OwnedJob> Kernel::FindJob(const std::string& id) {
  std::shared_ptr<OwnedJob> job = jobs.Find(id);
  if (job != nullptr) return job;
  ready.RegisterAll();
  return jobs.Find(id);
}

std::vector<std::shared_ptr<OwnedJob>> Kernel::AllJobs() {
  ready.RegisterAll();
  return jobs.All();
}

bool Kernel::Finalize(const std::string& id) {
  const std::shared_ptr<OwnedJob> job = jobs.Find(id);
  if (job == nullptr || job->payload() == nullptr) return false;
  Finalize(job);
  return true;
}

void Kernel::Finalize(const std::shared_ptr<OwnedJob>& job) {
  Serve(job, [this, job] {
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload != nullptr) payload->Finalize();
    job->set_payload(nullptr);
    inbox.Push(Finalized{job->id});
  });
}

void Kernel::Forget(const std::string& id) {
  const std::shared_ptr<OwnedJob> job = jobs.Find(id);
  if (job == nullptr) return;
  if (job->payload() == nullptr) return jobs.Remove(job);
  job->DropInfo();
  Finalize(job);
  // After the payload, so that a closing finds the job as long as it has one.
  Serve(job, [this, job] { jobs.Remove(job); });
}

void Kernel::GiveUp(const std::shared_ptr<OwnedJob>& job) {
  if (!job->registered) return;  // only its last owner has it, and it has no payload: see Keep
  if (job->payload() == nullptr) return jobs.Remove(job);
  job->DropInfo();
  // Its run has told its end, and finalizes the payload next. Nobody is told of that.
  Serve(job, [this, job] { jobs.Remove(job); });
}

void Kernel::CloseJob(const std::shared_ptr<OwnedJob>& job, const Instance* instance) {
  {
    MutexLock lock(&mutex_);
    closing_jobs_++;
    job->closing++;
    if (job->left_alone) stuck_jobs_++;
  }
  Serve(job, [this, job, instance] {
    const std::shared_ptr<Payload> payload = job->payload();
    if (payload != nullptr && (instance == nullptr || payload->instance() == instance)) {
      if (job->owes_stop) payload->Stop(BATON_STOP_CLOSING);
      job->owes_stop = false;
      payload->Finalize();
      job->set_payload(nullptr);
      inbox.Push(Finalized{job->id});
    }
    MutexLock lock(&mutex_);
    job->closing--;
    if (--closing_jobs_ == stuck_jobs_) closed_job_.SignalAll();
    loop.Poke();
  });
}

bool Kernel::ClosedJobs() {
  MutexLock lock(&mutex_);
  return closing_jobs_ == 0;
}

void Kernel::LeaveAlone(const std::shared_ptr<OwnedJob>& job, Payload* payload) {
  payload->Owe();
  payload->instance()->LeaveAlone();
  if (!job->on_loop) pool.Detach();
  MutexLock lock(&mutex_);
  job->left_alone = true;
  stuck_jobs_ += job->closing;
  closed_job_.SignalAll();
  loop.Poke();
}

void Kernel::Regain(const std::shared_ptr<OwnedJob>& job, Payload* payload) {
  payload->Regain();
  payload->instance()->Regain();
  if (!job->on_loop) pool.Attach();
  MutexLock lock(&mutex_);
  job->left_alone = false;
  stuck_jobs_ -= job->closing;
}

bool Kernel::OnlyHeldJobsAreLeft() {
  MutexLock lock(&mutex_);
  int held = 0;
  for (const OwnedJob* job : held_) held += job->closing;
  return closing_jobs_ <= held + stuck_jobs_;
}

bool Kernel::AwaitIdle(Instance* instance, Clock::time_point deadline) {
  if (!OnEngineThread()) return instance->AwaitIdle(deadline);
  return WorkUntil([instance] { return instance->IdleElsewhere(); }, deadline) && instance->Idle();
}

bool Kernel::AwaitClosedJobs(Clock::time_point deadline) {
  if (OnEngineThread())
    return WorkUntil([this] { return OnlyHeldJobsAreLeft(); }, deadline) && ClosedJobs();
  MutexLock lock(&mutex_);
  while (closing_jobs_ > stuck_jobs_) {
    if (!closed_job_.WaitUntil(deadline)) break;
  }
  return closing_jobs_ == 0;
}

}  // namespace baton
