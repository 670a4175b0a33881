import { Type, type Static } from "typebox";
import type { Alternate } from "./alternates.ts";
import type { Patience } from "../dicom/patience.ts";
import { readDuration } from "../policy/duration.ts";
import { readSchedule, type Schedule } from "../policy/schedule.ts";
import { SettingsInvalid } from "./invalid.ts";

/** A number of seconds, or "30m"; 0 is never. */
const duration = Type.Union([Type.Number({ minimum: 0 }), Type.String()]);
const seconds = Type.Number({ minimum: 0.001, maximum: 86_400 });

/** Less would be so slow that peers give up in the middle. */
export const bytesPerSecond = Type.Integer({ minimum: 10_000 });

/** Members of one destination's settings: when, how fast and how long it is sent to. */
export const sendingPolicy = {
  Schedule: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
  BytesPerSecond: bytesPerSecond,
  MaxPerAssociation: Type.Integer({ minimum: 1 }),
  DeleteAfter: Type.Union([Type.Literal("never"), Type.Literal("sent"), Type.Literal("committed")]),
  MaxAge: duration,
  Purge: Type.Union([Type.Boolean(), duration]),
  StrictOrder: Type.Boolean(),
  WarningsAreFailures: Type.Boolean(),
  StructureCheck: Type.Boolean(),
  Alternate: Type.String({ minLength: 1 }),
  AlternateAfter: duration,
  StorageCommitment: Type.Boolean(),
  CommitmentTimeout: duration,
  Timeouts: Type.Partial(
    Type.Object({ Connect: seconds, Association: seconds, Response: seconds }),
    { additionalProperties: false },
  ),
};

const given = Type.Partial(Type.Object(sendingPolicy));

/** When, how fast and how long a destination is sent to. */
export interface SendingPolicy {
  /** Null: at any time. */
  readonly schedule: Schedule | null;
  /** Over all its associations; null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** An association is renewed after so many instances. */
  readonly maxPerAssociation: number;
  /** A step of a request sends so many over each way at most; then others have their turn. */
  readonly stepLimit: number;
  /**
   * What was sent there leaves the spool when all else allows it: `never`, once it is `sent`, or not before
   * it is `committed` if the destination is asked to answer for it.
   */
  readonly deleteAfter: "never" | "sent" | "committed";
  /** What waits for longer becomes an error; milliseconds, null: it waits for ever. */
  readonly maxAgeMs: number | null;
  /** An error that stays as it is for longer leaves the error queue; milliseconds, null: none does. */
  readonly purgeMs: number | null;
  /** One after the other, in the order they came: what cannot be sent keeps the rest back. */
  readonly isStrict: boolean;
  /** What is delivered with a warning is an error. */
  readonly areWarningsFailures: boolean;
  /** What is cut off, or damaged, is not sent there. */
  readonly isStructureChecked: boolean;
  readonly patience: Partial<Patience>;
  /** Null: what waits, waits for this destination. */
  readonly alternate: Alternate | null;
  /** How long its report on what it was sent may take; null: it cannot be asked to answer for it. */
  readonly commitmentMs: number | null;
  /** It is asked for all that it is sent, and not only where somebody orders it. */
  readonly isCommitmentAsked: boolean;
}

const defaultMaxAge = "7d";
const defaultPurge = "30d";
const defaultAlternateAfter = "30m";
const defaultCommitmentTimeout = "24h";
/** An association goes on with the next step, until it has become old. */
const defaultMaxPerAssociation = 2_000;
const defaultStepLimit = 500;

/** Applies the defaults. `name`: of the destination. @throws {SettingsInvalid} */
export function readSendingPolicy(own: Static<typeof given>, name: string): SendingPolicy {
  return {
    schedule: own.Schedule === undefined ? null : scheduleOf(own.Schedule, `Schedule of ${name}`),
    ...amountsOf(own),
    deleteAfter: own.DeleteAfter ?? "committed",
    maxAgeMs: ageOf(own.MaxAge ?? defaultMaxAge, `MaxAge of ${name}`),
    purgeMs: purgeMsOf(own.Purge ?? false, `Purge of ${name}`),
    ...strictnessOf(own),
    patience: patienceOf(own.Timeouts ?? {}),
    alternate: alternateOf(own, name),
    ...commitmentOf(own, name),
  };
}

const amountsOf = ({
  BytesPerSecond,
  MaxPerAssociation,
}: Static<typeof given>): Pick<
  SendingPolicy,
  "bytesPerSecond" | "maxPerAssociation" | "stepLimit"
> => ({
  bytesPerSecond: BytesPerSecond ?? null,
  maxPerAssociation: MaxPerAssociation ?? defaultMaxPerAssociation,
  stepLimit: MaxPerAssociation ?? defaultStepLimit,
});

const strictnessOf = ({
  StrictOrder = false,
  WarningsAreFailures = false,
  StructureCheck = true,
}: Static<typeof given>): Pick<
  SendingPolicy,
  "isStrict" | "areWarningsFailures" | "isStructureChecked"
> => ({
  isStrict: StrictOrder,
  areWarningsFailures: WarningsAreFailures,
  isStructureChecked: StructureCheck,
});

/** 0: never. */
const ageOf = (text: string | number, where: string): number | null =>
  durationOf(text, where) || null;

const purgeMsOf = (purge: string | number | boolean, where: string): number | null =>
  purge === false ? null : ageOf(purge === true ? defaultPurge : purge, where);

function alternateOf(own: Static<typeof given>, name: string): Alternate | null {
  const after = own.AlternateAfter ?? defaultAlternateAfter;
  const afterMs = durationOf(after, `AlternateAfter of ${name}`);
  return own.Alternate === undefined ? null : { to: own.Alternate, afterMs };
}

function commitmentOf(
  own: Static<typeof given>,
  name: string,
): Pick<SendingPolicy, "commitmentMs" | "isCommitmentAsked"> {
  const timeout = own.CommitmentTimeout ?? defaultCommitmentTimeout;
  return {
    commitmentMs: durationOf(timeout, `CommitmentTimeout of ${name}`),
    isCommitmentAsked: own.StorageCommitment ?? false,
  };
}

function patienceOf(timeouts: {
  readonly Connect?: number;
  readonly Association?: number;
  readonly Response?: number;
}): Partial<Patience> {
  const { Connect, Association, Response } = timeouts;
  return {
    ...(Connect === undefined ? {} : { connectMs: Connect * 1_000 }),
    ...(Association === undefined ? {} : { associationMs: Association * 1_000 }),
    ...(Response === undefined ? {} : { responseMs: Response * 1_000 }),
  };
}

/** Milliseconds. @throws {SettingsInvalid} */
export function durationOf(text: string | number, where: string): number {
  const ms = readDuration(text);
  if (ms !== null) return ms;
  throw new SettingsInvalid(`${where} is ${JSON.stringify(text)}; write "30m", "7d", or seconds.`);
}

function scheduleOf(text: string | readonly string[], where: string): Schedule {
  const schedule = readSchedule(text);
  if (schedule !== null) return schedule;
  const words = 'write "22:00-06:00", or several such windows';
  throw new SettingsInvalid(`${where} is ${JSON.stringify(text)}; ${words}.`);
}
