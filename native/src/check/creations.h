// The jobs that a callback which is to hand one over (revive, create) makes on this thread. The thread
// that calls it.
#ifndef BATON_CHECK_CREATIONS_H_
#define BATON_CHECK_CREATIONS_H_

#include <string>
#include <vector>

#include "baton.h"

namespace baton {
namespace check {

class SpiedJob;

// As long as it lives it hears of what is created.
class Creations {
 public:
  Creations();
  ~Creations();
  Creations(const Creations&) = delete;
  Creations& operator=(const Creations&) = delete;

  // The host answered an error to create_job.
  bool refused() const { return refused_; }

  // The callback has answered an error: what it has created and not freed is lost.
  void ReportLeaks(const std::string& callback, baton_status status);
  // It has answered OK with this handle: it must be a job of its own, of this type.
  void CheckHandle(const std::string& callback, baton_job job, const std::string& type);

 private:
  friend void NoteCreated(SpiedJob* job);

  std::vector<SpiedJob*> jobs_;
  bool refused_ = false;
  Creations* const outer_;
};

// Tells the innermost of this thread, if there is one, of a job that was created, or (null) that the
// host refused to create one.
void NoteCreated(SpiedJob* job);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_CREATIONS_H_
