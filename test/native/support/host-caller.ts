import assert from "node:assert/strict";
import { openHost, type Host, type HostOptions, type JsonObject } from "../../../src/index.ts";
import { statuses } from "../../../src/adapters/native/numbers.ts";
import { Events } from "../../e2e/support/events.ts";
import { CountedHost } from "./counted-host.ts";
import { watchCounts } from "./host-counts.ts";

export type Answers = Readonly<Record<string, string>>;

/** What every call is answered; `wait` depends on the place. */
export const answers: Answers = {
  submit: "OK",
  cancel: "OK",
  info: "OK",
  priority: "OK",
  pause: "OK",
  resume: "OK",
  resubmit: "WRONG_STATE",
  delete: "NOT_FOUND",
  log: "OK",
  config: "OK",
};

export const getters = ["get_progress", "get_content", "get_serialized"];

/** Where a call would wait for the thread, or the slot, it is made on. */
const waitsForItself = new Set([
  "step",
  "stop",
  "reset",
  "revive",
  "finalize",
  "free-finalize",
  ...getters,
  ...getters.map((getter) => `submit-${getter}`),
]);

/** A host with the plugin of plugins/caller.c; answers what that was answered. */
export class CallerHost extends CountedHost {
  readonly events: Events;

  private constructor(host: Host, events: Events, counts: ReturnType<typeof watchCounts>) {
    super(host, counts);
    this.events = events;
  }

  static async open(
    library: string,
    store: Required<HostOptions>["store"],
    settings: JsonObject = {},
  ): Promise<CallerHost> {
    const counts = watchCounts();
    const events = new Events();
    const host = await openHost({
      store,
      plugins: [library],
      concurrentJobs: 3,
      historySize: 1_000,
      http: { port: 0 },
      pluginSettings: { caller: { number: 7, ...settings } },
      observer: events.observer,
    });
    return new CallerHost(host, events, counts);
  }

  async post(path: string): Promise<string> {
    const answer = await fetch(`${this.host.url}/caller/${path}`, { method: "POST" });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  }

  async calls(): Promise<ReadonlyMap<string, readonly Answers[]>> {
    return callsIn(await (await fetch(`${this.host.url}/caller/calls`)).text());
  }
}

export function callsIn(text: string): ReadonlyMap<string, readonly Answers[]> {
  const places = new Map<string, Answers[]>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [place = "", ...calls] = line.split(" ");
    const told = calls.map((call) => {
      const [name = "", status] = call.split("=");
      return [name, statuses[Number(status)] ?? "?"] as const;
    });
    places.set(place, [...(places.get(place) ?? []), Object.fromEntries(told)]);
  }
  return places;
}

/** At each of these places every call was answered as it must be. */
export async function assertAnswered(one: CallerHost, ...places: readonly string[]): Promise<void> {
  const calls = await one.calls();
  for (const place of places) {
    const waits = waitsForItself.has(place) || place.startsWith("loop-");
    const wait = waits ? "WRONG_THREAD" : "TIMED_OUT";
    assert.deepEqual(calls.get(place), [{ ...answers, wait }], place);
  }
  const all = [...places].toSorted();
  assert.deepEqual([...calls.keys()].toSorted(), all);
}
