import type { JsonObject } from "../../../../src/sdk.ts";
import type { AlertEvent, AlertSettings } from "../settings/alerts.ts";

/** Something that somebody should know. */
export interface Condition {
  readonly event: AlertEvent;
  /** Null: it is about all of them. */
  readonly destination: string | null;
  /** What was told before is not told again: of one outage one, of errors their number. */
  readonly state: string;
  readonly details: JsonObject;
}

/** Resolves when somebody has been told. @throws why not */
export type Tell = (body: JsonObject) => Promise<void>;

/** Who could not be told is tried again after this, in milliseconds. */
const retryMs = 30_000;

interface Known {
  /** What was told last; null: nothing yet. */
  readonly state: string | null;
  /** Not before; epoch milliseconds. */
  readonly nextAt: number;
}

/** Tells of conditions, each once, and not more often than wanted. What cannot be told is told later. */
export class Alerts {
  readonly #settings: AlertSettings;
  readonly #tell: Tell;
  readonly #onTrouble: (error: unknown) => void;
  readonly #known = new Map<string, Known>();

  constructor(settings: AlertSettings, tell: Tell, onTrouble: (error: unknown) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.#onTrouble = onTrouble;
  }

  /** `conditions`: everything that is so now. */
  async care(conditions: readonly Condition[], now: number): Promise<void> {
    for (const condition of conditions) {
      if (this.#settings.on.has(condition.event)) await this.#look(condition, now);
    }
  }

  async #look({ event, destination, state, details }: Condition, now: number): Promise<void> {
    const key = `${event} ${destination ?? ""}`;
    const known = this.#known.get(key) ?? { state: null, nextAt: 0 };
    if (known.state === state || known.nextAt > now) return;
    const about = destination === null ? {} : { Destination: destination };
    const time = new Date(now).toISOString();
    try {
      await this.#tell({ Event: event, ...about, ...details, Time: time });
      this.#known.set(key, { state, nextAt: now + this.#settings.minIntervalMs });
    } catch (error) {
      this.#known.set(key, { ...known, nextAt: now + retryMs });
      this.#onTrouble(error);
    }
  }
}

/** In milliseconds. */
const patienceMs = 10_000;

/** Tells by a POST of JSON. */
export const tellBy =
  (url: string): Tell =>
  async (body) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  };
