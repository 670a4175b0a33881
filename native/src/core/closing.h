// Letting go of everything in the right order, for one plugin instance or for the whole host. Any
// thread.
//
// First nobody may wait any more (BeginClosing, which waits for nothing itself), then what runs is
// awaited and all payloads are finalized (FinishClosing). So nothing that is awaited can be waiting
// for the one who awaits it.
#ifndef BATON_CORE_CLOSING_H_
#define BATON_CORE_CLOSING_H_

#include <vector>

#include "kernel.h"

namespace baton {

// Refuses what is new, answers CLOSING to all waiters (but those whose request the store has
// taken) and tells every run. Of one instance, every payload is stopped and finalized as soon as
// its run is over. `instance` null: of the whole host, whose engine lets go of its jobs one by one;
// until EndDrain it still answers the steps that it awaits, when they save something.
void BeginClosing(Kernel* kernel, Instance* instance);

// Nobody waits for the engine or the store any more.
void EndDrain(Kernel* kernel);

// Has every payload of the host that is left stopped and finalized, as soon as its run is over.
void CloseAllJobs(Kernel* kernel);

// Waits for that until `deadline`, then finalizes, on this thread, handles that were never
// submitted, with a warning. Returns false if something still runs: its payloads are owed from now
// on, finalized when its callback returns. REQUIRES: BeginClosing for each of `instances`, or
// for all and CloseAllJobs.
bool FinishClosing(Kernel* kernel, const std::vector<Instance*>& instances,
                   Clock::time_point deadline);

}  // namespace baton

#endif  // BATON_CORE_CLOSING_H_
