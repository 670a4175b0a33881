// The calls of a storm that came with minor 1: many submits at once, submits that nobody waits for, and
// what else a plugin asks of its host.
#ifndef BATON_TEST_STORM_MINOR_ONE_H_
#define BATON_TEST_STORM_MINOR_ONE_H_

#include "storm_model.h"

namespace storm {

// Creates some jobs and gives them to the host at once; frees those that it does not take.
void SubmitSeveral(World* world, Load* load, Random& random);

// Submits a job without waiting; whoever hears that it was refused frees it.
void SubmitAsync(World* world, Load* load, Random& random);

void CallServices(Load* load, Random& random);

}  // namespace storm

#endif  // BATON_TEST_STORM_MINOR_ONE_H_
