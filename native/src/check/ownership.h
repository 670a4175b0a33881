// The rows of baton.h's table of handles, tried on the host with the plugin's own jobs. Any thread.
#ifndef BATON_CHECK_OWNERSHIP_H_
#define BATON_CHECK_OWNERSHIP_H_

#include "baton.h"

namespace baton {
namespace check {

struct CheckedHost;

// The plugin has just created, submitted or freed this job. Every wrong use must be refused; a host
// that does not is reported. REQUIRES: Checker's ownership().
void TryAfterCreate(const CheckedHost* host, baton_job job);
void TryAfterSubmit(const CheckedHost* host, baton_job job);
void TryAfterFree(const CheckedHost* host, baton_job job);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_OWNERSHIP_H_
