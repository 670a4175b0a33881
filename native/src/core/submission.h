// Jobs on their way from the plugin to the host: what all kinds of submit have in common. Any thread.
//
// A submit first looks at everything that may be refused (options, handle, getters, room), then
// hands over (Take), and nothing fails any more.
#ifndef BATON_CORE_SUBMISSION_H_
#define BATON_CORE_SUBMISSION_H_

#include <memory>
#include <vector>

#include "kernel.h"
#include "recycling.h"

namespace baton {

// Defaults for null. Errors: INVALID_ARGUMENT, UNSUPPORTED, TOO_NEW; those of CheckWishes.
baton_status ReadSubmitOptions(const baton_submit_options* given, baton_submit_options* options);

// Whether the calling thread may wait for room.
bool MayWait(const Kernel& kernel, const Instance& instance, const baton_submit_options& options);

class Submission;
using Submissions = std::vector<Submission, Recycling<Submission>>;

// A handle that is being submitted, by the calling thread: nobody else can use it meanwhile.
class Submission {
 public:
  // Errors: the handle errors. On an error this object means nothing.
  baton_status Begin(Instance* instance, baton_job job);
  // Begins many: those that can be are put behind `*begun`. One status for each of `jobs`; returns the
  // first that is not OK.
  static baton_status BeginAll(Instance* instance, const baton_job* jobs, size_t count,
                               Submissions* begun, baton_status* statuses);

  // Asks the getters, on this thread; it has an id then, but no sequence yet. `wishes` are those of
  // `options`. Errors: the getters'.
  baton_status Describe(const baton_submit_options& options, std::shared_ptr<const Wishes> wishes);

  const JobId& id() const { return new_->id; }
  StoredRow Row() const { return RowOf(*new_); }
  bool serializable() const { return new_->HasState(); }
  Instance* instance() const { return payload_->instance(); }
  bool on_loop() const { return payload_->on_loop(); }
  baton_job handle() const { return payload_->handle(); }

  // Makes the job that will own the payload. It is nobody's yet.
  void Prepare();
  // Instead of that: the one that is known elsewhere by this id, which it gets.
  void Name(Kernel* kernel, const std::string& id);

  // From here on the host owns the payload; the handle stays busy until Commit. REQUIRES: Prepare or
  // Name.
  Offered Take(Kernel* kernel, int64_t sequence, bool by_lane);
  // The closing may have looked for jobs before this one was there. It waits for handles that are
  // being submitted, so this comes after Take, and before the handle says that it is not.
  void CloseIfLate(Kernel* kernel);

  // Ends it: the handle is submitted, or the plugin's again.
  void Commit();
  void Abort();

 private:
  void Own(std::shared_ptr<OwnedJob> job);

  std::shared_ptr<Payload> payload_;
  std::shared_ptr<OwnedJob> owned_;
  std::shared_ptr<NewJob> new_;  // constant once it is taken
};

// The transfer of all of them, with sequences from `sequence` on. It must not fail halfway: better
// no process than two owners. What it answers must begin, without any lock; CloseIfLate comes next.
ReadyList::Runs TakeAll(Kernel* kernel, Submissions* submissions, int64_t sequence) noexcept;
// The same for those to which a far engine has given ids, one each.
void TakeNamed(Kernel* kernel, Submissions* submissions,
               const std::vector<std::string>& ids) noexcept;
void CloseIfLate(Kernel* kernel, Submissions* submissions) noexcept;

// Waits for nothing: gives the sequences and takes all, as one step for everybody else. What
// becomes of the records in a durable store nobody waits for.
void TakeInPlace(Kernel* kernel, Submissions* submissions);

}  // namespace baton

#endif  // BATON_CORE_SUBMISSION_H_
