#include "checked_call.h"

#include <string>
#include <string_view>

#include "findings.h"

namespace baton {
namespace check {

CheckedHost* Admit(const baton_host* host, const CallName& call, baton_status* answer) {
  const std::string name = call.name;
  *answer = BATON_ERROR_INVALID_ARGUMENT;
  CheckedHost* const checked = Checker::Process().Find(host);
  if (checked == nullptr) {
    Report("BAD_ARGUMENT", name + " was called with a host that is NULL or none of this process");
    return nullptr;
  }
  if (checked->stopped.load()) {
    Report("CALL_AFTER_STOP", name + " was called after the plugin was stopped");
    *answer = BATON_ERROR_CLOSING;
    return nullptr;
  }
  const uint32_t size = checked->table.struct_size;
  if (call.end > size) {
    Report("CALL_BEYOND_TABLE", name + " was called on a host without it (its struct_size is " +
                                    std::to_string(size) + ", the call ends at " +
                                    std::to_string(call.end) + ")");
    *answer = BATON_ERROR_UNSUPPORTED;
    return nullptr;
  }
  return checked;
}

void Judge(const CallName& call, baton_status status) {
  const std::string answer = std::string(call.name) + " was answered " + StatusName(status);
  switch (status) {
    case BATON_ERROR_STALE_HANDLE:
    case BATON_ERROR_NOT_YOURS:
    case BATON_ERROR_ALREADY_SUBMITTED:
    case BATON_ERROR_BUSY:
      Report("BAD_HANDLE", answer);
      return;
    case BATON_ERROR_WRONG_THREAD:
      Report("WRONG_THREAD", answer);
      return;
    case BATON_ERROR_INVALID_ARGUMENT:
      // There it may be the request.
      if (std::string_view(call.name) != "answer_job") Report("BAD_ARGUMENT", answer);
      return;
    case BATON_ERROR_TOO_NEW:
    case BATON_ERROR_TOO_LARGE:
      Report("BAD_ARGUMENT", answer);
      return;
    case BATON_ERROR_NAME_TAKEN:
      Report("NAME_TAKEN", answer);
      return;
    default:
      return;  // the world may be so; or a getter's fault, reported there
  }
}

}  // namespace check
}  // namespace baton
