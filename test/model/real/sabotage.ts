import type { JobRecord } from "../../../src/core/job-record.ts";
import type { JobStore } from "../../../src/ports/job-store.ts";
import type { Room } from "../../../src/ports/room.ts";
import type { Runner } from "../../../src/ports/runner.ts";
import type { Slots } from "../../../src/ports/slots.ts";

/** What an engine stands on, and a sabotage may change. */
export interface Ground {
  readonly store: JobStore;
  readonly slots: Slots;
  readonly room: Room;
  readonly runner: Runner;
}

/** Makes a host that breaks a rule. */
export type Sabotage = (ground: Ground) => Partial<Ground>;

/** All of an object, with some of its methods replaced. */
function withMethods<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(Object.hasOwn(methods, name) ? methods : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Each of them, by the rule that it breaks. */
export const sabotages: Readonly<Record<string, Sabotage>> = {
  "whoever came last starts first": ({ slots }) => ({
    slots: withMethods(slots, {
      admit: (order) => slots.admit({ ...order, sequence: -order.sequence }),
    }),
  }),
  "whoever waits longest for room gets it last": ({ room }) => ({
    room: withMethods(room, { wait: lastInFirstOut(room) }),
  }),
  "a call is answered before its change is stored": ({ store }) => ({
    store: withMethods(store, {
      commit(writes) {
        store.commit(writes).catch(() => undefined);
        return Promise.resolve();
      },
    }),
  }),
  "a pause is lost over a restart": ({ store }) => ({
    store: withMethods(store, {
      open: async () => (await store.open()).map(resumed),
    }),
  }),
  "nothing is stopped before it is finalized": ({ runner }) => ({
    runner: withMethods(runner, {
      own: ({ stop: _stop, ...descriptor }) => runner.own(descriptor),
    }),
  }),
};

function resumed(record: JobRecord): JobRecord {
  if (record.state.kind !== "paused") return record;
  return { ...record, state: { kind: "pending" } };
}

/** Each who comes is the next to be given room. */
function lastInFirstOut(room: Room): Room["wait"] {
  const line: (() => void)[] = [];
  return (count, given) => {
    line.push(given);
    const leave = room.wait(count, () => line.pop()?.());
    return () => {
      const at = line.indexOf(given);
      if (at === -1 || !leave()) return false;
      line.splice(at, 1);
      return true;
    };
  };
}
