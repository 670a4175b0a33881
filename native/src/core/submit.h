// create_job, the kinds of submit_job, and free_job: the two moments at which a payload changes hands. Any
// thread.
#ifndef BATON_CORE_SUBMIT_H_
#define BATON_CORE_SUBMIT_H_

#include "kernel.h"

namespace baton {

baton_status CreateJob(Kernel* kernel, Instance* instance, const baton_job_desc* desc,
                       baton_job* job_out);

// All or none. `statuses` has room for `count`: what each job alone would have been answered, as far
// as this has looked. REQUIRES: at least one job.
baton_status SubmitJobs(Kernel* kernel, Instance* instance, const baton_job* jobs, size_t count,
                        const baton_submit_options* options, char (*ids_out)[BATON_ID_SIZE],
                        baton_status* statuses);

// Waits for nothing; `done` is called later, unless this fails.
baton_status SubmitJobAsync(Kernel* kernel, Instance* instance, baton_job job,
                            const baton_submit_options* options, baton_submit_done done,
                            void* data);

baton_status SubmitJob(Kernel* kernel, Instance* instance, baton_job job,
                       const baton_submit_options* options, char* id_out);

// Needs no kernel: what was never submitted can be freed to the very end.
baton_status FreeJob(Instance* instance, baton_job job);

}  // namespace baton

#endif  // BATON_CORE_SUBMIT_H_
