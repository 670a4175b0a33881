// A create callback of the plugin, watched. Any thread.
#ifndef BATON_CHECK_SPIED_CREATOR_H_
#define BATON_CHECK_SPIED_CREATOR_H_

#include <string>

#include "baton.h"

namespace baton {
namespace check {

struct SpiedCreator {
  std::string type;
  baton_create create = nullptr;
  void* data = nullptr;

  // Never deleted: late calls must find it.
  static SpiedCreator* New(const char* type, baton_create create, void* data) {
    return new SpiedCreator{type, create, data};
  }

  // What the host calls; `data` is a SpiedCreator.
  static baton_status BATON_CALL Called(void* data, const char* type, const char* content,
                                        size_t size, const baton_sink* why, baton_job* job_out);
};

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_SPIED_CREATOR_H_
