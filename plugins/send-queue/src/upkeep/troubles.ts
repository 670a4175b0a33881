import type { Breaker } from "../policy/breaker.ts";

/** What is looked at of a destination. */
export interface Troubled {
  readonly target: { readonly name: string };
  readonly breaker: Breaker;
}

type Log = (level: "info" | "warning", text: string) => void;

/** What was said of a destination last. */
interface Said {
  readonly what: string;
  readonly since: number;
}

/**
 * Has the log say when a destination gets into trouble, into another, and out of it: not each time that it
 * is asked in vain.
 */
export class Troubles {
  readonly #destinations: Iterable<Troubled>;
  readonly #log: Log;
  readonly #said = new Map<string, Said>();

  constructor(destinations: Iterable<Troubled>, log: Log) {
    this.#destinations = destinations;
    this.#log = log;
  }

  /** `now`: epoch milliseconds. */
  tell(now: number): void {
    for (const { target, breaker } of this.#destinations) {
      if (breaker.kind === "open") this.#tellOf(target.name, breaker);
      else this.#tellWell(target.name, now);
    }
  }

  #tellOf(name: string, { why, until, since }: Breaker & { readonly kind: "open" }): void {
    const what = `${why.kind} ${why.code}`;
    if (this.#said.get(name)?.what === what) return;
    this.#said.set(name, { what, since });
    const next = new Date(until).toISOString();
    this.#log(
      "warning",
      `Nothing is sent to ${name}: ${why.sentence} (${why.code}) Next try: ${next}`,
    );
  }

  #tellWell(name: string, now: number): void {
    const said = this.#said.get(name);
    if (said === undefined) return;
    this.#said.delete(name);
    const seconds = Math.max(0, Math.round((now - said.since) / 1_000));
    this.#log("info", `${name} is sent to again, after ${seconds} s.`);
  }
}
