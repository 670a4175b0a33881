// create_job, submit_job and free_job: the two moments at which a payload changes hands. Any
// thread.
#ifndef BATON_CORE_SUBMIT_H_
#define BATON_CORE_SUBMIT_H_

#include "kernel.h"

namespace baton {

baton_status CreateJob(Kernel* kernel, Instance* instance, const baton_job_desc* desc,
                       baton_job* job_out);

baton_status SubmitJob(Kernel* kernel, Instance* instance, baton_job job,
                       const baton_submit_options* options, char* id_out);

// Needs no kernel: what was never submitted can be freed to the very end.
baton_status FreeJob(Instance* instance, baton_job job);

}  // namespace baton

#endif  // BATON_CORE_SUBMIT_H_
