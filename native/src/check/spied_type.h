// A revive callback of the plugin, watched. Any thread.
#ifndef BATON_CHECK_SPIED_TYPE_H_
#define BATON_CHECK_SPIED_TYPE_H_

#include <atomic>
#include <string>
#include <vector>

#include "baton.h"

namespace baton {
namespace check {

struct CheckedHost;

struct SpiedType {
  const CheckedHost* host = nullptr;
  std::string name;
  baton_revive revive = nullptr;
  void* data = nullptr;
  std::atomic<bool> registered{false};

  // Calls the plugin's revive and checks what it did. On BATON_OK `*job_out` is a job of its own.
  baton_status Revive(const void* state, size_t size, baton_job* job_out) const;

  // What the host calls; `data` is a SpiedType.
  static baton_status BATON_CALL Called(void* data, const char* type, const void* state,
                                        size_t size, baton_job* job_out);
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_TYPE_H_
