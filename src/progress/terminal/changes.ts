import type { State } from "../life.ts";
import type { LogLine, LogLevel } from "../log-book.ts";
import type { Snapshot } from "../snapshot.ts";

/** Something that is new; `path`: the names from the root down to what it is about. */
export type Change =
  | { readonly kind: "state"; readonly path: readonly string[]; readonly node: Snapshot }
  | { readonly kind: "progress"; readonly path: readonly string[]; readonly node: Snapshot }
  | {
      readonly kind: "log";
      readonly path: readonly string[];
      readonly time: number;
      readonly level: LogLevel;
      readonly text: string;
    };

interface Seen {
  readonly state: State;
  /** Which of the steps of progress it had reached. */
  readonly step: string;
}

/** Tells what changed from one snapshot of a tree to the next. */
export class ChangeReader {
  readonly #stepOf: (node: Snapshot) => string;
  readonly #seen = new Map<string, Seen>();
  #lines: Change[] = [];

  /** Progress is told when what `stepOf` answers is another. */
  constructor(stepOf: (node: Snapshot) => string) {
    this.#stepOf = stepOf;
  }

  /** A line of the log, to be told between what began and what ended. */
  note(root: string, { time, level, text, path }: LogLine): void {
    this.#lines.push({ kind: "log", path: [root, ...path], time, level, text });
  }

  /** What began, what was logged, how far it is, what ended: parts before what they are parts of. */
  read(root: Snapshot): readonly Change[] {
    const begun: Change[] = [];
    const rest: Change[] = [];
    this.#collect(root, [root.name], (change) => {
      const hasBegun = change.kind === "state" && change.node.state === "running";
      (hasBegun ? begun : rest).push(change);
    });
    const lines = this.#lines;
    this.#lines = [];
    return [...begun, ...lines, ...rest];
  }

  #collect(node: Snapshot, path: readonly string[], tell: (change: Change) => void): void {
    for (const part of node.parts) this.#collect(part, [...path, part.name], tell);
    const { state } = node;
    const step = this.#stepOf(node);
    const before = this.#seen.get(node.id) ?? { state: "waiting", step: "" };
    if (before.state === state && before.step === step) return;
    this.#seen.set(node.id, { state, step });
    const isAtStart = before.step === "" && node.done === 0;
    // How far it is says the end itself.
    if (before.state !== state) tell({ kind: "state", path, node });
    else if (!isAtStart) tell({ kind: "progress", path, node });
  }
}
