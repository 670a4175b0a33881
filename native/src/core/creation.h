// Jobs made from content, for those who have no plugin: a plugin's `create` makes one, and it is
// submitted. Any thread.
#ifndef BATON_CORE_CREATION_H_
#define BATON_CORE_CREATION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "baton.h"
#include "record.h"

namespace baton {

struct Kernel;

// What somebody wants.
struct WishedJob {
  std::string plugin;
  std::string type;
  Bytes content;                      // a JSON object
  baton_submit_options options = {};  // its texts are those below
  std::optional<std::string> key;
  std::optional<std::string> user_data;
};

baton_status BATON_CALL RegisterCreator(const baton_host* host, const char* type,
                                        baton_create create, void* data) noexcept;

// Has the job made and submitted by one of the threads for creations, or by the loop for a type with
// BATON_JOB_ON_LOOP. It never waits for room. ResponseHead with the job and ResponseEnd come, or the
// latter alone with an error; both with `*ticket`. Errors: NOT_FOUND (the type has no creator),
// QUEUE_FULL (too many creations wait), CLOSING.
baton_status StartCreation(Kernel* kernel, WishedJob wished, uint64_t* ticket);

}  // namespace baton

#endif  // BATON_CORE_CREATION_H_
