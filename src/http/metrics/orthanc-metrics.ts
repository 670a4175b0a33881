import type { Jobs } from "../../ports/jobs.ts";

/**
 * What Orthanc 1.12 says of jobs at /tools/metrics-prometheus, in its form: a name, a value and when that
 * was, and no more. Its `pending` counts those in Retry, its `running` those that are paused.
 */
export function orthancMetrics(
  jobs: Pick<Jobs, "jobCounts">,
  now: number,
  startedAt: number,
): string {
  const { pending, retrying, running, paused, succeeded, failed } = jobs.jobCounts().total;
  const values = {
    orthanc_jobs_completed: succeeded + failed,
    orthanc_jobs_failed: failed,
    orthanc_jobs_pending: pending + retrying,
    orthanc_jobs_running: running + paused,
    orthanc_jobs_success: succeeded,
    orthanc_up_time_s: Math.floor((now - startedAt) / 1_000),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} ${Math.max(0, value)} ${now}\n`)
    .join("");
}
