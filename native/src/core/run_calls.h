// The C functions behind baton_run. Called by plugins, on the thread of the run (should_stop and
// child_canceled: any thread).
#ifndef BATON_CORE_RUN_CALLS_H_
#define BATON_CORE_RUN_CALLS_H_

#include "baton.h"

namespace baton {

class Run;

struct RunCalls {
  static baton_run TableFor(Run* run);

  static int32_t BATON_CALL ShouldStop(const baton_run* run) noexcept;
  static baton_status BATON_CALL SetProgress(const baton_run* run, double done,
                                             double total) noexcept;
  static baton_status BATON_CALL SetContent(const baton_run* run, const char* json,
                                            size_t size) noexcept;
  static baton_status BATON_CALL Log(const baton_run* run, int32_t level,
                                     const char* text) noexcept;
  static baton_status BATON_CALL Checkpoint(const baton_run* run, const void* bytes,
                                            size_t size) noexcept;
  static baton_status BATON_CALL RetryAfter(const baton_run* run, int64_t ms) noexcept;
  static baton_status BATON_CALL Fail(const baton_run* run, const char* code, const char* message,
                                      int32_t retryable) noexcept;
  // output_calls.cc
  static baton_status BATON_CALL PutOutput(const baton_run* run, const char* key, const char* mime,
                                           const void* bytes, size_t size) noexcept;
  static baton_status BATON_CALL OpenOutput(const baton_run* run, const char* key,
                                            const char* mime) noexcept;
  static baton_status BATON_CALL WriteOutput(const baton_run* run, const char* key,
                                             const void* bytes, size_t size) noexcept;
  static baton_status BATON_CALL CloseOutput(const baton_run* run, const char* key) noexcept;
  // child_calls.cc
  static baton_status BATON_CALL AddChild(const baton_run* run, uint32_t parent, const char* name,
                                          double weight, uint32_t* child_out) noexcept;
  static baton_status BATON_CALL SetChildProgress(const baton_run* run, uint32_t child, double done,
                                                  double total) noexcept;
  static baton_status BATON_CALL FinishChild(const baton_run* run, uint32_t child,
                                             int32_t outcome) noexcept;
  static int32_t BATON_CALL ChildCanceled(const baton_run* run, uint32_t child) noexcept;
};

}  // namespace baton

#endif  // BATON_CORE_RUN_CALLS_H_
