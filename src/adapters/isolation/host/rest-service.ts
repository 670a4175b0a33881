import { JobEngineError } from "../../../core/errors.ts";
import type { Rest, RestAnswer } from "../../../ports/rest.ts";
import type { FarRest, FarRestAnswer } from "../protocol/calls.ts";
import { nearError } from "../protocol/far-error.ts";
import type { Side } from "./side.ts";
import { wholeOf } from "../protocol/streams.ts";

/** Answers a request that a native plugin on another side makes to the host's own REST interface. */
export async function answerRest(
  rest: Rest | null,
  side: Side,
  { plugin, refused, job, body, ...request }: FarRest,
): Promise<FarRestAnswer> {
  if (rest === null) throw new JobEngineError("UNSUPPORTED", "this host has no REST interface");
  const answer = await ask(rest);
  return { status: answer.status, body: side.streams.bytes(answer.body) };

  async function ask(host: Rest): Promise<RestAnswer> {
    if (job !== undefined) return host.answer(request, job);
    if (refused !== null) return host.refusal(request, plugin, errorOf(refused));
    return host.call({ ...request, body: await wholeOf(body, side) });
  }
}

function errorOf(refused: NonNullable<FarRest["refused"]>): JobEngineError {
  const error = nearError(refused);
  return error instanceof JobEngineError ? error : new JobEngineError("INTERNAL", error.message);
}
