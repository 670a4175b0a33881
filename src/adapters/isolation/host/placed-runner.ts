import type { JobDescriptor } from "../../../ports/job.ts";
import type { Payload, Run, RunListener, RunOrder, Runner } from "../../../ports/runner.ts";
import { FarPayload } from "./remote-payload.ts";

/** Where the runs of a plugin's jobs go. */
export interface RunPlace {
  start(order: RunOrder, listener: RunListener): Run;
}

/** Gives each run to the place of its plugin: the event loop, or wherever it is isolated. */
export class PlacedRunner implements Runner {
  readonly #loop: Runner;
  readonly #placeOf: (plugin: string) => RunPlace | null;

  constructor(loop: Runner, placeOf: (plugin: string) => RunPlace | null) {
    this.#loop = loop;
    this.#placeOf = placeOf;
  }

  own(descriptor: JobDescriptor): Payload {
    const { payload, finalize } = descriptor;
    if (!(payload instanceof FarPayload)) return this.#loop.own(descriptor);
    return payload.own(() => finalize?.(payload));
  }

  start(order: RunOrder, listener: RunListener): Run {
    return (this.#placeOf(order.record.plugin) ?? this.#loop).start(order, listener);
  }
}
