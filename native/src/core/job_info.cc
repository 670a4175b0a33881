#include "job_info.h"

#include "text.h"

namespace baton {

baton_job_info ToC(const JobInfo& info) {
  baton_job_info c = {};
  c.struct_size = sizeof c;
  c.state = info.state;
  c.requested = info.requested;
  c.priority = info.priority;
  c.attempts = info.attempts;
  c.max_attempts = info.max_attempts;
  c.progress = info.progress;
  c.created_at_ms = info.created_at_ms;
  c.changed_at_ms = info.changed_at_ms;
  c.due_at_ms = info.due_at_ms;
  c.runtime_ms = info.runtime_ms;
  FillText(info.id, c.id, sizeof c.id);
  FillText(info.type, c.type, sizeof c.type);
  FillText(info.error.code, c.error_code, sizeof c.error_code);
  FillText(info.error.message, c.error_message, sizeof c.error_message);
  return c;
}

}  // namespace baton
