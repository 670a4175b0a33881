#include "status.h"

namespace baton {

const char* StatusText(baton_status status) {
  static const char* const kTexts[] = {
      "ok",
      "an argument is missing, out of range or not UTF-8",
      "this handle is not, or no longer, of a job",
      "this handle belongs to another plugin",
      "this job was submitted already; the host owns it",
      "another thread is submitting this job right now",
      "the queue is full",
      "the host or the plugin is shutting down",
      "this call would wait for the thread it is made on",
      "the job's state does not allow this",
      "nothing has this name",
      "not within the time given",
      "this name is taken",
      "not valid JSON, or not an object where one is needed",
      "too large",
      "this host does not support this",
      "the struct has bytes that this host does not know",
      "out of memory",
      "the store could not save this",
      "the job could not describe or serialize itself",
      "this job is of a type the plugin does not know",
      "an internal error; the log may say more",
  };
  constexpr int32_t kCount = sizeof kTexts / sizeof kTexts[0];
  return status >= 0 && status < kCount ? kTexts[status] : "unknown status";
}

}  // namespace baton
