// Whether a job comes back as it was: revive(serialize(x)) is x. The job's thread.
#ifndef BATON_CHECK_ROUND_TRIP_H_
#define BATON_CHECK_ROUND_TRIP_H_

namespace baton {
namespace check {

class SpiedJob;

// Has the plugin revive what this job says of itself, compares the two, and frees the other one.
// Does nothing if nobody registered its type. Call it in a callback of the job.
void TryRoundTrip(SpiedJob* job);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_ROUND_TRIP_H_
