#include "loop_errand.h"

#include <memory>

#include "instance.h"
#include "kernel.h"

namespace baton {
namespace {

// How often a thread that waits for the loop looks whether it is still worked on.
constexpr int64_t kLookEveryMs = 100;

}  // namespace

std::optional<baton_status> OnLoop(Kernel* kernel, Instance* instance,
                                   const std::function<void(const LoopErrand::Done&)>& errand) {
  const auto waiting = std::make_shared<LoopErrand>();
  kernel->loop.Post([waiting, errand](Clock::time_point) {
    errand([waiting](baton_status status) { waiting->End(status); });
    return false;
  });
  for (;;) {
    const std::optional<baton_status> status = waiting->Await(DeadlineIn(kLookEveryMs));
    if (status.has_value() || instance->Enter() == nullptr) return status;
  }
}

}  // namespace baton
