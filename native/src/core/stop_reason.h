// Why `stop` is called at the end of a native run: one pure function. The engine's transition()
// must agree with it.
#ifndef BATON_CORE_STOP_REASON_H_
#define BATON_CORE_STOP_REASON_H_

#include "messages.h"

namespace baton {

// `requested` is 0 or what the run was asked to end for: BATON_STOP_CANCELED, _PAUSED or _CLOSING.
// A request is honoured when the step says continue or retry, or fails in a way that would be tried
// again: while the host closes, however few attempts are left. Success and final failure end as that.
inline int32_t StopReason(const Outcome& outcome, int32_t requested, bool attempts_left) {
  switch (outcome.kind) {
    case OutcomeKind::kSuccess:
      return BATON_STOP_SUCCESS;
    case OutcomeKind::kFailure:
      if (outcome.retryable && requested == BATON_STOP_CLOSING) return requested;
      if (!outcome.retryable || !attempts_left)
        return outcome.timed_out ? BATON_STOP_TIMED_OUT : BATON_STOP_FAILURE;
      return requested != 0 ? requested : BATON_STOP_RETRY;
    case OutcomeKind::kRetry:
      return requested != 0 ? requested : BATON_STOP_RETRY;
    case OutcomeKind::kContinue:
      return requested;
    case OutcomeKind::kNotMine:
    case OutcomeKind::kDetached:
      return 0;
  }
  return 0;
}

// What counts at the end of a run that was asked for `requested`. A failure that would be tried again
// may come of the closing itself, which costs no attempt: then a pause, which is kept on record,
// comes after it.
inline int32_t RequestAtEnd(const Outcome& outcome, int32_t requested, bool closing) {
  const bool may_come_of_it = outcome.kind == OutcomeKind::kFailure && outcome.retryable;
  return closing && may_come_of_it && requested == BATON_STOP_PAUSED ? BATON_STOP_CLOSING
                                                                     : requested;
}

// True if the plugin has been told of an end after which only reset, or nothing, follows.
inline bool IsFinalStop(int32_t reason) {
  return reason != BATON_STOP_PAUSED && reason != BATON_STOP_RETRY;
}

}  // namespace baton

#endif  // BATON_CORE_STOP_REASON_H_
