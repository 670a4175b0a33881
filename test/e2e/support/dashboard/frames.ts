import type { Page } from "playwright-core";

/** Times between frames, in milliseconds. */
export interface Frames {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

/** How the page draws while something is done to it. */
export async function watchFrames(page: Page, work: () => Promise<void>): Promise<Frames> {
  await page.evaluate(`
    globalThis.frameTimes = [];
    globalThis.isWatched = true;
    const note = (time) => {
      globalThis.frameTimes.push(time);
      if (globalThis.isWatched) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  `);
  await work();
  const times = await page.evaluate<number[]>(`
    globalThis.isWatched = false;
    globalThis.frameTimes
  `);
  const spans = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = spans.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
    return Number((sorted[index] ?? 0).toFixed(1));
  };
  return { count: spans.length, median: at(0.5), p95: at(0.95), longest: at(1) };
}
