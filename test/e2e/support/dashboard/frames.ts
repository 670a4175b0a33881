import type { CDPSession, Page } from "playwright-core";

/** Frames of the page while something was done, in milliseconds. */
export interface Frames {
  readonly count: number;
  /** Between one frame and the next. */
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
  /** What the page's own thread computed for each, on average, whatever else the machine did. */
  readonly busy: number;
}

/** How the page draws while something is done to it. */
export async function watchFrames(page: Page, work: () => Promise<void>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  // Time of the thread, not of the clock: other processes do not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(`
    globalThis.frameTimes = [];
    globalThis.isWatched = true;
    const note = (time) => {
      globalThis.frameTimes.push(time);
      if (globalThis.isWatched) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  `);
  const before = await taskMs(session);
  await work();
  const after = await taskMs(session);
  const times = await page.evaluate<number[]>(`
    globalThis.isWatched = false;
    globalThis.frameTimes
  `);
  await session.detach();
  const spans = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = spans.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
    return Number((sorted[index] ?? 0).toFixed(1));
  };
  const busy = Number(((after - before) / Math.max(1, spans.length)).toFixed(1));
  return { count: spans.length, median: at(0.5), p95: at(0.95), longest: at(1), busy };
}

async function taskMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
}
