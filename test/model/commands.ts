import * as fc from "fast-check";
import { passing, type Command } from "./game.ts";
import {
  types,
  type Action,
  type Plan,
  type ReviveAnswer,
  type StepAnswer,
  type Wish,
} from "./plan.ts";
import {
  abortOne,
  actOn,
  createNew,
  freeOne,
  registerType,
  submitAgain,
  submitNew,
  waitFor,
} from "./plays/calls.ts";
import { closeAndReopen, crashAndReopen } from "./plays/lives.ts";
import type { Deed } from "./plays/deeds.ts";
import { crashDuring, refuseOnce } from "./plays/troubled-store.ts";
import { answerStep, finishRevive, saveInStep, setRevive } from "./plays/runs.ts";

const anyJob = fc.nat({ max: 40 });

const plan: fc.Arbitrary<Omit<Plan, "name">> = fc.record({
  type: fc.constantFrom("a", "a", "a", "b", "c"),
  saved: fc.constantFrom(true, true, false),
  resets: fc.boolean(),
  listens: fc.boolean(),
});

const wish: fc.Arbitrary<Wish> = fc.record({
  priority: fc.constantFrom(0, 0, 1, 2, -1),
  key: fc.constantFrom(null, "k1", "k2"),
  startAfterMs: fc.constantFrom(0, 0, 0, 50, 1_000),
  stepTimeoutMs: fc.constantFrom(0, 0, 100, 1_000),
  maxAttempts: fc.constantFrom(1, 1, 2, 3),
  firstDelayMs: fc.constantFrom(0, 100, 1_000),
  factor: fc.constantFrom(1, 2, 10),
  capMs: fc.constantFrom(1_000, 5_000),
  noWait: fc.boolean(),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("pause", "resume", "cancel", "resubmit", "delete"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("set-priority" as const),
      priority: fc.constantFrom(-1, 0, 1, 3),
    }),
  },
);

const stepAnswer: fc.Arbitrary<StepAnswer> = fc.oneof(
  fc.constantFrom({ kind: "success" } as const, { kind: "continue" } as const),
  fc.constant({ kind: "continue" } as const),
  fc.record({
    kind: fc.constant("retry" as const),
    afterMs: fc.constantFrom(null, 0, 50, 1_000),
  }),
  fc.record({ kind: fc.constantFrom("failure", "throw"), retryable: fc.boolean() }),
);

const reviveAnswer: fc.Arbitrary<ReviveAnswer> = fc.constantFrom(
  "job",
  "job",
  "hold",
  "not-mine",
  "throw",
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constant("act" as const), number: anyJob, action }),
  fc.record({ kind: fc.constant("answer" as const), number: anyJob, answer: stepAnswer }),
  fc.record({ kind: fc.constant("submit" as const), parts: plan, wish }),
);

/** What of it reaches the store before the process is gone. */
const reached = fc.record({ heard: fc.nat({ max: 2 }), unheard: fc.nat({ max: 2 }) });

const passage = fc.constantFrom(1, 20, 49, 50, 100, 260, 1_000, 2_000, 5_000, 6_000, 20_000);

/** Those that plugins and users give, with how often they come. */
export const commands: readonly (readonly [weight: number, fc.Arbitrary<Command>])[] = [
  [8, fc.tuple(plan, wish).map(([some, how]) => submitNew(some, how))],
  [1, fc.tuple(plan, wish).map(([some, how]) => createNew(some, how))],
  [2, anyJob.map(submitAgain)],
  [1, anyJob.map(freeOne)],
  [1, anyJob.map(abortOne)],
  [10, fc.tuple(anyJob, stepAnswer).map(([number, answer]) => answerStep(number, answer))],
  [8, fc.tuple(anyJob, action).map((one) => actOn([one]))],
  [1, fc.array(fc.tuple(anyJob, action), { minLength: 2, maxLength: 4 }).map(actOn)],
  [6, passage.map(passing)],
  [2, fc.constantFrom(...types).map(registerType)],
  [1, fc.tuple(fc.constantFrom(...types), reviveAnswer).map(([type, how]) => setRevive(type, how))],
  [
    2,
    fc
      .tuple(anyJob, fc.constantFrom<ReviveAnswer>("job", "job", "not-mine", "throw"))
      .map(([number, how]) => finishRevive(number, how)),
  ],
  [2, anyJob.map(waitFor)],
  [2, anyJob.map(saveInStep)],
  [1, fc.constant(null).map(crashAndReopen)],
  [1, fc.boolean().map(closeAndReopen)],
  [2, fc.tuple(deed, reached).map(([what, how]) => crashDuring(what, how))],
  [2, deed.map(refuseOnce)],
];
