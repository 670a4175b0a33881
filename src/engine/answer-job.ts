import { JobEngineError } from "../core/errors.ts";
import { readJobRequest, type RequestParts } from "../core/job-request.ts";
import type { SubmitOptions } from "../ports/job.ts";
import type { AnswerOptions, RouteResponse } from "../ports/plugin.ts";

/** See PluginHost.answerJob. `submit` submits that job. */
export async function answerJob(
  submit: (options: SubmitOptions) => Promise<string>,
  request: RequestParts,
  { submit: how = {}, mode = "synchronous" }: AnswerOptions = {},
): Promise<RouteResponse> {
  const { synchronous, priority, userData, timeoutMs } = readJobRequest(request);
  const wait = synchronous ?? mode === "synchronous";
  if (wait && mode === "asynchronous-only") {
    const why =
      "this job cannot be waited for; leave Synchronous out, and ask for the job by its id";
    throw new JobEngineError("INVALID_ARGUMENT", why);
  }
  const id = await submit({
    ...how,
    ...(priority !== undefined && { priority }),
    ...(userData !== undefined && { userData }),
    ...(wait && { awaited: true }),
  });
  return { job: { id, wait, timeoutMs } };
}
