// set_property and get_property. Any thread.
#ifndef BATON_CORE_PROPERTY_H_
#define BATON_CORE_PROPERTY_H_

#include "baton.h"
#include "kernel.h"

namespace baton {

// With a durable store it is in it when this returns OK, and in no other case. Waits as submit_job
// does.
baton_status SetPropertyOf(Kernel* kernel, Instance* instance, PropertyWrite write);

}  // namespace baton

#endif  // BATON_CORE_PROPERTY_H_
