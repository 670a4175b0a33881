// call_rest: a request of a plugin to the host's own REST interface. Any thread.
#ifndef BATON_CORE_REST_CALL_H_
#define BATON_CORE_REST_CALL_H_

#include "baton.h"
#include "callbacks.h"
#include "kernel.h"
#include "rest_request.h"

namespace baton {

// How many such calls may stand inside of each other on one thread.
constexpr int kMaxRestDepth = 8;

// A native route's handler is run on this thread: request threads are never waited for, so any
// number of threads may be in here. Everything else is the engine's to answer, which waits for no
// thread.
baton_status CallRestNow(Kernel* kernel, Instance* instance, const RestArguments& arguments);

// The kind of callback out of which a request with these headers comes: its handler is held to the
// same, in whatever process it runs, as somebody waits for it in there. kOther: out of none.
CallbackKind CallerOf(const Pairs& headers);

}  // namespace baton

#endif  // BATON_CORE_REST_CALL_H_
