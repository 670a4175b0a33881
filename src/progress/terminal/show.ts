import type { Clock } from "../../ports/clock.ts";
import { hasEnded } from "../life.ts";
import { insideOf, type ProgressNode } from "../progress-node.ts";
import type { Snapshot } from "../snapshot.ts";
import { jsonOf, lineOf } from "./change-text.ts";
import { ChangeReader, type Change } from "./changes.ts";
import { textOf } from "./row-text.ts";
import { visibleRows } from "./visible-rows.ts";

/** Where progress is shown: a terminal, a file, a pipe. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/**
 * `bars`: a tree that is drawn again and again. `lines`: a line for each change of a state, each tenth
 * of the way, and each line logged. `json`: the same as JSON, with every step of progress.
 */
export type ShowMode = "bars" | "lines" | "json";

export interface ShowOptions {
  /** Default: `process.stderr`. */
  readonly screen?: Screen;
  /** Default: "bars" on a terminal, else "lines". */
  readonly mode?: ShowMode;
  /** Default: what the terminal says, and the variables NO_COLOR and FORCE_COLOR. */
  readonly color?: boolean;
  /** Stops showing; the work goes on. */
  readonly signal?: AbortSignal;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

export interface CompleteShowOptions extends ShowOptions {
  readonly screen: Screen;
  readonly color: boolean;
  readonly clock: Clock;
}

/** What draws one moment after the other. */
interface Display {
  show(now: Snapshot): void;
  close(): void;
}

/** Drawn at most ten times a second; as long as nothing is new once, for the time left. */
const drawEveryMs = 100;
const redrawEveryMs = 1_000;

/**
 * Shows how `node` and everything below it gets on; resolves when it has ended and that is shown.
 * @throws (rejects with) what the screen threw; nothing is shown any more then
 */
export async function show(node: ProgressNode, options: CompleteShowOptions): Promise<void> {
  const { clock, signal, screen, mode = screen.isTTY === true ? "bars" : "lines" } = options;
  const display = mode === "bars" ? await bars(options) : changes(node, mode, screen);
  const inside = insideOf(node);
  const broken = Promise.withResolvers<never>();
  let [isNew, drawnAt] = [true, clock.elapsed()];
  const draw = (): void => {
    if (!isNew && clock.elapsed() - drawnAt < redrawEveryMs) return;
    [isNew, drawnAt] = [false, clock.elapsed()];
    try {
      display.show(node.snapshot());
    } catch (error) {
      broken.reject(error);
    }
  };
  const watching = inside.watch(() => (isNew = true));
  const timer = clock.every(drawEveryMs, draw);
  try {
    draw();
    await Promise.race([node.settled, aborted(signal), broken.promise]);
    if (hasEnded(inside.life)) display.show(node.snapshot());
  } finally {
    timer.cancel();
    watching[Symbol.dispose]();
    display.close();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal?.aborted === true) resolve();
  else signal?.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

async function bars({ screen, color }: CompleteShowOptions): Promise<Display> {
  // Only who draws pays for it.
  const { createLogUpdate } = await import("log-update");
  const update = createLogUpdate(screen as unknown as NodeJS.WritableStream);
  return {
    show: (now) => {
      const { columns = 80, rows = 24 } = screen;
      update(renderTree(now, { columns, rows: rows - 1, color }));
    },
    close: () => update.done(),
  };
}

export interface PageSize {
  /** Columns of the terminal. Default: 80. */
  readonly columns?: number;
  /** At most so many lines; what has no room is counted. Default: 24. */
  readonly rows?: number;
  /** Default: false. */
  readonly color?: boolean;
}

/** A tree of bars as text, also of a snapshot from elsewhere; no line is wider than `columns`. */
export function renderTree(
  now: Snapshot,
  { columns = 80, rows = 24, color = false }: PageSize = {},
): string {
  // The last column is left free: some terminals begin a new line when it is written.
  const paper = { columns: columns - 1, hasColor: color };
  return textOf(visibleRows(now, Math.max(1, rows)), paper).join("\n");
}

function changes(node: ProgressNode, mode: "lines" | "json", screen: Screen): Display {
  const isJson = mode === "json";
  const reader = new ChangeReader(isJson ? everyStep : tenths);
  const text: (change: Change) => string = isJson ? jsonOf : lineOf;
  const listening = node.on("log", (line) => reader.note(node.name, line));
  return {
    show: (now) => {
      const lines = reader.read(now).map((change) => `${text(change)}\n`);
      if (lines.length > 0) screen.write(lines.join(""));
    },
    close: () => listening[Symbol.dispose](),
  };
}

const everyStep = ({ done, total }: Snapshot): string => `${done}/${total}`;

const tenths = ({ percent }: Snapshot): string =>
  percent === null ? "" : String(Math.floor(percent / 10));
