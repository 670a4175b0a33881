// What is known of a job as the struct of baton.h. Any thread.
#ifndef BATON_CORE_JOB_INFO_H_
#define BATON_CORE_JOB_INFO_H_

#include "baton.h"
#include "record.h"

namespace baton {

baton_job_info ToC(const JobInfo& info);

}  // namespace baton

#endif  // BATON_CORE_JOB_INFO_H_
