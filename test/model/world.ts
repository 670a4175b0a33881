import type { Plan, ReviveAnswer, Settings, Wish } from "./plan.ts";

/** The model of a host, as plain as it can be: lists that are searched, no queues, no indexes. */
export interface World {
  readonly settings: Settings;
  /** Whether what is committed outlives the host. */
  readonly durable: boolean;
  /** Epoch milliseconds. */
  now: number;
  /** Every job that was ever created, in that order. */
  readonly jobs: ModelJob[];
  /** Every payload of this life of the host. */
  payloads: ModelPayload[];
  /** Submits that wait for room, in the order they came. */
  line: { readonly job: ModelJob; readonly wish: Wish; readonly since: number }[];
  registered: Set<string>;
  /** How `revive` answers, by type; "job" if nothing is said. */
  revives: Map<string, ReviveAnswer>;
  /** Finished jobs in the order they ended. */
  ended: ModelJob[];
  /** Who ended in this life, in the order in which it is told. */
  ends: string[];
  waiters: { readonly job: ModelJob; answer: string | null }[];
  /** What happens as soon as those who call now have all called. */
  later: Later[];
  /** What happened to records, if somebody wants to know; null: nobody does. */
  journal: Version[] | null;
  /** The payloads that the real host has finalized. */
  finalized: ReadonlySet<string>;
  /** How many have begun a run since both were compared. */
  begun: number;
  /** The last place in the queue that was given. */
  order: number;
}

/**
 * An end that is committed, a submit that got room, a run that begins, or a step that listens and has
 * been told to stop.
 */
export type Later =
  | { readonly kind: "enter"; readonly job: ModelJob; readonly since: number }
  | {
      readonly kind: "ended";
      readonly job: ModelJob;
      readonly stage: Stage;
      readonly order: number;
    }
  | { readonly kind: "begin"; readonly job: ModelJob }
  | { readonly kind: "run"; readonly job: ModelJob }
  | { readonly kind: "obey"; readonly payload: ModelPayload; readonly step: ModelStep };

/** Where a job is. Before and after the engine's states: whose handle it is, or that nobody has it. */
export type Stage = Waiting | "created" | "in line" | "running" | "succeeded" | "failed" | "gone";
export type Waiting = "pending" | "paused" | "retrying";

export interface ModelJob {
  readonly plan: Plan;
  wish: Wish;
  stage: Stage;
  priority: number;
  /** Its place among equal priorities. */
  order: number;
  startAt: number | null;
  /** It is pending, and its time has not come. */
  delayed: boolean;
  dueAt: number | null;
  changedAt: number;
  /** Since when it may be pending, too: after a crash its start need not be in the store. */
  pendingSince: readonly number[];
  requested: "nothing" | "pause" | "cancel";
  attempts: number;
  error: string | null;
  lastError: string | null;
  /** It was resubmitted and not reset yet; "maybe": it was, right before a crash. */
  resetDue: boolean | "maybe";
  /** When it was reset in the run it is in; null: it was not. */
  resetAt: number | null;
  /** Its step was left alone, and has not returned. */
  detached: boolean;
  /** `revive` would not have it, in this life of the host. */
  disowned: boolean;
  /** What the engine or its plugin holds; null: nobody, it is revived when it gets a slot. */
  payload: ModelPayload | null;
  /** The one its handle was for; null: that was in an earlier life. */
  first: ModelPayload | null;
  /** It has a slot, and `revive` has not answered yet. */
  reviving: boolean;
  /** The serialized state of its record lies between these; null: it has none. */
  saved: Saved | null;
  /** How often its payload was made, the first time included. */
  made: number;
  /** What observers of this life heard of it, in order. */
  told: string[];
}

/** A job's record as it was, or is, to be in the store. */
export interface Version {
  readonly name: string;
  readonly fields: Omit<ModelJob, "plan" | "payload" | "first" | "made" | "told">;
  /** Whether observers hear of it; `at once`: that waits for no commit. */
  readonly told: "committed" | "at once" | "no";
}

/** How much work is in the serialized state that the store has of a job. */
export interface Saved {
  least: number;
  most: number;
  /** When its last checkpoint was due, or its run began. */
  checkedAt: number;
  /** That checkpoint; it need not be in the store at once. Null: it was none. */
  checkpoint: number | null;
}

export interface ModelPayload {
  readonly label: string;
  readonly job: ModelJob;
  /** Exactly one has it, at every instant. */
  owner: "plugin" | "engine" | "nobody";
  /** What was called on it. */
  readonly calls: string[];
  /** How many of its steps have done something. */
  work: number;
  /** The state it was revived from, until the real one has said how much that was exactly. */
  born: { readonly least: number; readonly most: number } | null;
  /** The step it is in, if it is in one. */
  step: ModelStep | null;
  /** It is to be finalized when the step that it is in returns. */
  finalizeOwed: boolean;
}

export interface ModelStep {
  readonly began: number;
  /** Its time was over, and it was told. */
  timedOut: boolean;
  /** It has saved its state, which is all that it does. */
  hasSaved: boolean;
  /** Nobody waits for it any more. */
  detached: boolean;
}

/** A step's result, as the engine reads it. */
export type Result =
  | { readonly kind: "success" | "continue" }
  | { readonly kind: "retry"; readonly afterMs: number | null }
  | { readonly kind: "failure"; readonly code: string; readonly retryable: boolean };

export function newWorld(settings: Settings, durable: boolean, now: number): World {
  return {
    settings,
    durable,
    now,
    jobs: [],
    payloads: [],
    line: [],
    registered: new Set(),
    revives: new Map(),
    ended: [],
    ends: [],
    waiters: [],
    later: [],
    journal: null,
    finalized: new Set(),
    begun: 0,
    order: 0,
  };
}

/** The plugin makes a payload, and a job of it. */
export function newJob(plan: Plan, wish: Wish): ModelJob {
  return {
    plan,
    wish,
    stage: "created",
    priority: 0,
    order: 0,
    startAt: null,
    delayed: false,
    dueAt: null,
    changedAt: 0,
    pendingSince: [],
    requested: "nothing",
    attempts: 0,
    error: null,
    lastError: null,
    resetDue: false,
    resetAt: null,
    detached: false,
    disowned: false,
    reviving: false,
    payload: null,
    first: null,
    saved: null,
    made: 0,
    told: [],
  };
}

export function newPayload(
  world: World,
  job: ModelJob,
  owner: ModelPayload["owner"],
): ModelPayload {
  job.made += 1;
  const label = `${job.plan.name}#${job.made}`;
  const payload: ModelPayload = {
    label,
    job,
    owner,
    calls: [],
    work: 0,
    born: null,
    step: null,
    finalizeOwed: false,
  };
  world.payloads.push(payload);
  return payload;
}

/** Whether the engine has a record of it. */
export const isKnown = ({ stage }: ModelJob): boolean =>
  stage !== "created" && stage !== "in line" && stage !== "gone";

export const isFinished = ({ stage }: ModelJob): boolean =>
  stage === "succeeded" || stage === "failed";

export const isWaiting = ({ stage }: ModelJob): boolean =>
  stage === "pending" || stage === "paused" || stage === "retrying";

/** Whether its payload is there, or can be made. */
export const canBegin = (world: World, job: ModelJob): boolean =>
  job.payload !== null || (world.registered.has(job.plan.type) && !job.disowned);

/** What is to be revived of it when its payload is gone. */
export const canRevive = (world: World, job: ModelJob): boolean =>
  job.saved !== null && world.registered.has(job.plan.type);

/** A step that would go on has done something. */
export function work(payload: ModelPayload): void {
  if (payload.step?.hasSaved === false) payload.work += 1;
}

/** The record as it is now. */
export function version(job: ModelJob, told: Version["told"]): Version {
  const { plan, payload, first, made, told: heard, ...fields } = job;
  void [payload, first, made, heard];
  return { name: plan.name, fields: structuredClone(fields), told };
}
