import { failure, type Failure, type Kind, type Scope, type Verdict } from "./failure.ts";

/**
 * What the status of a C-STORE answer means: PS3.4 B.2.3 and PS3.7 annex C, and what peers do. A
 * warning is a delivery; the peer has the instance.
 */
export function judgeStatus(status: number): Verdict {
  const code = hex(status);
  if (status === 0 || status === duplicate) return { kind: "delivered", warning: null };
  const isWarning = isBetween(status, 0xb000, 0xbfff) || warnings.has(status);
  if (isWarning) return { kind: "delivered", warning: code };
  return { kind: "failed", failure: failureOf(status, code) };
}

function failureOf(status: number, code: string): Failure {
  const rule = rules.find(({ from, to }) => isBetween(status, from, to));
  if (rule === undefined) return failure("instance", "transient", code, "The peer failed.");
  return failure(rule.scope, rule.kind, code, rule.sentence);
}

/** Four digits, as they are written everywhere. */
export const hex = (status: number): string => status.toString(16).toUpperCase().padStart(4, "0");

/** It has this instance already: what we want. */
const duplicate = 0x0111;

/** Requested elements without meaning for a store, and attributes that were coerced or left out. */
const warnings: ReadonlySet<number> = new Set([0x0001, 0x0107, 0x0116]);

interface Rule {
  readonly from: number;
  readonly to: number;
  readonly scope: Scope;
  readonly kind: Kind;
  readonly sentence: string;
}

const one = (status: number, scope: Scope, kind: Kind, sentence: string): Rule => ({
  from: status,
  to: status,
  scope,
  kind,
  sentence,
});

/** The first that fits. */
const rules: readonly Rule[] = [
  {
    from: 0xa700,
    to: 0xa7ff,
    scope: "destination",
    kind: "transient",
    sentence: "The peer is out of resources.",
  },
  one(0x0213, "destination", "transient", "The peer has reached a limit of its resources."),
  one(0x0124, "destination", "configuration", "The peer does not allow us to store."),
  {
    from: 0xa900,
    to: 0xa9ff,
    scope: "instance",
    kind: "permanent",
    sentence: "The data set does not fit its SOP class.",
  },
  {
    from: 0xc000,
    to: 0xcfff,
    scope: "instance",
    kind: "doubtful",
    sentence: "The peer cannot understand the instance.",
  },
  one(0x0110, "instance", "transient", "The peer failed while it processed the instance."),
  one(0x0106, "instance", "permanent", "The peer calls an attribute invalid."),
  one(0x0112, "instance", "permanent", "The peer knows no such instance."),
  one(0x0115, "instance", "permanent", "The peer calls an argument invalid."),
  {
    from: 0x0117,
    to: 0x0119,
    scope: "instance",
    kind: "permanent",
    sentence: "The peer does not take this instance or its class.",
  },
  one(0x0122, "instance", "permanent", "The peer does not support the SOP class."),
  one(0x0211, "instance", "permanent", "The peer does not know the operation."),
  one(0x0212, "instance", "permanent", "The peer calls a type of our request wrong."),
  one(0x0210, "association", "transient", "The peer counts our messages in another way."),
  one(0xfe00, "association", "transient", "The peer says that it was canceled."),
  {
    from: 0xff00,
    to: 0xffff,
    scope: "association",
    kind: "transient",
    sentence: "The peer says that it goes on, where it has to end.",
  },
];

const isBetween = (value: number, from: number, to: number): boolean =>
  value >= from && value <= to;
