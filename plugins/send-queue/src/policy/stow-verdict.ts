import type { StowAnswer } from "../stow/stow-answer.ts";
import { failure, type Failure, type Verdict } from "./failure.ts";
import { judgeServer } from "./http-status.ts";
import { hex, judgeStatus } from "./store-status.ts";

/** What a server answered to a STOW. */
export interface StowReply {
  readonly status: number;
  /** Milliseconds that it asked us to wait; null: it did not. */
  readonly waitMs: number | null;
  /** What it says of each instance; null: nothing that could be read. */
  readonly answer: StowAnswer | null;
}

/** `unsettled`: several were refused together; sent in smaller batches, each is told of. */
export type StowVerdict = Verdict | { readonly kind: "unsettled" };

/**
 * What an answer means for one of the instances that were sent. Only its own UID among those that
 * were stored says that it is there, whatever the status. `isOnly`: it was sent by itself.
 */
export function judgeStow(
  { status, waitMs, answer }: StowReply,
  uid: string,
  isOnly: boolean,
): StowVerdict {
  const reason = answer?.failed.get(uid);
  if (reason !== undefined) return judgeReason(reason);
  const warning = answer?.stored.get(uid);
  if (warning !== undefined) {
    return { kind: "delivered", warning: warning === null ? null : hex(warning) };
  }
  return judgeUntold(status, waitMs, isOnly);
}

/** A failure is a failure, even if its reason is a word of success. */
function judgeReason(reason: number | null): Verdict {
  if (reason === null) return failed(noReason("NO_REASON"));
  const verdict = judgeStatus(reason);
  if (verdict.kind === "delivered") {
    return reason === duplicate ? verdict : failed(noReason(hex(reason)));
  }
  const { failure: why } = verdict;
  // There is no association here that could be at fault.
  return failed(why.scope === "association" ? { ...why, scope: "instance" } : why);
}

/** It has this instance already: what we want. */
const duplicate = 0x0111;

const noReason = (code: string): Failure =>
  failure(
    "instance",
    "transient",
    code,
    "The server did not store the instance, and does not say why.",
  );

function judgeUntold(status: number, waitMs: number | null, isOnly: boolean): StowVerdict {
  if (status >= 200 && status < 300) {
    return failed(
      failure(
        "instance",
        "transient",
        "UNCONFIRMED",
        `The server answered ${status} and did not confirm the instance.`,
      ),
    );
  }
  const refusal = refusals[status];
  if (refusal === undefined) return failed(judgeServer(status, waitMs));
  if (!isOnly) return { kind: "unsettled" };
  return failed(failure("instance", "permanent", `HTTP ${status}`, refusal));
}

/** Statuses that one instance may be the reason of. */
const refusals: Readonly<Record<number, string>> = {
  400: "The server does not take this instance.",
  409: "The server refuses this instance: it conflicts with what is there, or breaks its rules.",
  413: "The instance is larger than the server takes.",
  422: "The server cannot process this instance.",
};

const failed = (why: Failure): Verdict => ({ kind: "failed", failure: why });

/**
 * How those are sent again that an answer left unsettled. If it told of some, the others are together;
 * if it told of none they are halved: so there is less in each each time.
 */
export function partsOf<T>(unsettled: readonly T[], sent: number): readonly (readonly T[])[] {
  if (unsettled.length === 0) return [];
  if (unsettled.length < sent) return [unsettled];
  const middle = Math.ceil(unsettled.length / 2);
  return [unsettled.slice(0, middle), unsettled.slice(middle)].filter((part) => part.length > 0);
}
