import type { Random } from "../../e2e/support/kill-nine/random.ts";
import type { JobInfo } from "../../../src/index.ts";
import type { KillLife, KillTold } from "./host-kill-life.ts";

/** What was asked of a job through HTTP, and what came of it. */
export interface Asked {
  readonly kind: "pause" | "cancel" | "resume";
  /** Null: killed before the answer came. */
  isDone: boolean | null;
}

/** Submitted by requests, at once. */
const firstJobs = 6;

/** One in so many events makes the parent ask for something. */
const eventsPerWish = 8;

/** Asks for random things at random events, and may kill the host at one of them. */
export class KillStory {
  /** What was asked, by id, in order; every answer came before the next question. */
  readonly asked = new Map<string, Asked[]>();
  readonly #states = new Map<string, JobInfo["state"]>();
  readonly #random: Random;
  readonly #killAt: number;
  #url = "";
  #events = 0;
  #isKilled = false;

  /** `killAt`: the event at which the host is killed. */
  constructor(random: Random, killAt: number) {
    this.#random = random;
    this.#killAt = killAt;
  }

  readonly hear = (told: KillTold, life: KillLife): void => {
    if (this.#isKilled) return;
    this.#events += 1;
    if (told.event === "opened") this.#begin(told.url);
    if (told.event === "changed") this.#learn(told.job);
    if (this.#url !== "" && this.#random.next() < 1 / eventsPerWish) this.#wish();
    if (this.#events < this.#killAt && !this.#isOver) return;
    this.#isKilled = true;
    life.kill();
  };

  /** Nothing more would happen by itself. */
  get #isOver(): boolean {
    const settled = new Set<string>(["succeeded", "failed", "paused"]);
    return (
      this.#states.size >= firstJobs && [...this.#states.values()].every((s) => settled.has(s))
    );
  }

  #learn({ id, state }: JobInfo): void {
    this.#states.set(id, state);
    if (!this.asked.has(id)) this.asked.set(id, []);
  }

  #begin(url: string): void {
    this.#url = url;
    for (let number = 0; number < firstJobs; number += 1) {
      const kind = this.#random.pick(["w", "w", "c", "r"] as const);
      const steps = kind === "r" ? 6 : this.#random.between(20, 90);
      const query = `name=route-${number}&kind=${kind}&steps=${steps}&ms=${this.#random.between(2, 9)}`;
      void this.#post(`/worker/jobs?${query}`);
    }
  }

  #wish(): void {
    const [first, ...others] = this.asked.keys();
    if (first === undefined) return;
    const id = this.#random.pick([first, ...others]);
    const kind = this.#random.pick(["pause", "pause", "resume", "resume", "cancel"] as const);
    const all = this.asked.get(id) ?? [];
    if (all.some(({ isDone }) => isDone === null)) return;
    const asked: Asked = { kind, isDone: null };
    all.push(asked);
    void this.#ask(id, asked);
  }

  /** Half through the engine's own door, half through the plugin's. */
  async #ask(id: string, asked: Asked): Promise<void> {
    const throughPlugin = this.#random.next() < 0.5;
    const path = throughPlugin ? `/worker/calls/${asked.kind}/${id}` : `/jobs/${id}/${asked.kind}`;
    const answer = await this.#post(path);
    if (answer !== null) asked.isDone = throughPlugin ? answer.text === "0" : answer.status === 200;
  }

  /** Null: the host was killed before it had answered. */
  async #post(path: string): Promise<{ readonly status: number; readonly text: string } | null> {
    try {
      const answer = await fetch(this.#url + path, { method: "POST" });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return null;
    }
  }
}
