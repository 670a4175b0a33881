// What the handle of a payload may be used for. It is kept in the payload, so that who submits it changes it
// without the table's lock. Plain data.
#ifndef BATON_CORE_HANDLE_STATE_H_
#define BATON_CORE_HANDLE_STATE_H_

#include <cstdint>

namespace baton {

enum class HandleState : uint8_t {
  kLive,        // the plugin's
  kSubmitting,  // of one thread, which submits it
  kSubmitted    // the host's
};

}  // namespace baton

#endif  // BATON_CORE_HANDLE_STATE_H_
