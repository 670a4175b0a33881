import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { Job, StepResult } from "../../src/sdk.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { watchFrames } from "./support/dashboard/frames.ts";

/** Sixty frames a second leave so much for each; milliseconds of the page's own thread. */
const mostBusyMs = 16.7;

class Numbered extends Job {
  readonly type: string;
  readonly #number: number;

  constructor(type: string, number: number) {
    super();
    this.type = type;
    this.#number = number;
  }

  step(): StepResult {
    return StepResult.success;
  }

  override getContent(): { readonly Number: number } {
    return { Number: this.#number };
  }
}

const types = ["print", "copy", "scan", "send"] as const;

// Checked after every operation, so many jobs would take minutes to submit.
delete process.env["NODE_ENV"];

/** A board with so many jobs, none of which starts meanwhile. */
async function crowded(jobs: number): Promise<Dashboard> {
  const board = await Dashboard.open({ concurrentJobs: 1, limitJobs: 0, maxPayloads: 0 });
  for (let from = 0; from < jobs; from += 500) {
    const made = Array.from({ length: 500 }, async (_, offset) => {
      const number = from + offset;
      const id = await board.host.submit(new Numbered(types[number % 4] ?? "print", number), {
        priority: number % 100,
        key: `tray-${number % 7}`,
        startAfterMs: 3_600_000,
      });
      return id;
    });
    // oxlint-disable-next-line no-await-in-loop -- so that the host is not asked for all at once
    await Promise.all(made);
  }
  await board.load();
  await board.page.getByText("10,000 jobs").waitFor();
  return board;
}

describe("the dashboard with 10,000 jobs", { skip: withoutBrowser }, () => {
  it("filters, searches and sorts them, and scrolls smoothly", async (context: TestContext) => {
    await using board = await crowded(10_000);
    const { page, grid } = board;
    const column = (name: string): Promise<readonly string[]> =>
      grid.locator(`.body .${name}`).allInnerTexts();

    await page.getByRole("columnheader", { name: "Priority" }).getByRole("button").click();
    await grid.locator('[aria-rowindex="3"] .priority', { hasText: "99" }).waitFor();
    const sorted = await frames(board, context, "sorting", async () => {
      await page.getByRole("columnheader", { name: "Priority" }).getByRole("button").click();
      await page.getByRole("columnheader", { name: "Type" }).getByRole("button").click();
      await page.getByRole("columnheader", { name: "Priority" }).getByRole("button").click();
    });
    assert.deepEqual(new Set((await column("priority")).slice(1)), new Set(["99"]));

    const filtered = await frames(board, context, "filtering and searching", async () => {
      await page.getByRole("combobox", { name: "Type" }).selectOption("scan");
      await page.getByText("2,500 of 10,000 jobs").waitFor();
      await page.getByRole("searchbox").pressSequentially("tray-3 number");
      await page.getByText(/^35\d of 10,000 jobs$/).waitFor();
    });
    assert.ok((await column("type")).slice(1).every((text) => text.startsWith("scan")));
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("10,000 jobs", { exact: true }).waitFor();

    const scrolled = await frames(board, context, "scrolling", async () => {
      await grid.hover({ position: { x: 300, y: 200 } });
      for (let turn = 0; turn < 40; turn += 1) {
        // oxlint-disable-next-line no-await-in-loop -- a wheel turns one step after the other
        await page.mouse.wheel(0, 1_500);
      }
    });
    const top = await page.evaluate<number>("document.querySelector('[role=treegrid]').scrollTop");
    assert.ok(top > 10_000, `it scrolled to ${top} only`);
    const drawn = await grid.locator(".body [role=row]").count();
    assert.ok(drawn < 80, `${drawn} rows are in the document`);
    for (const ms of [sorted, filtered, scrolled]) {
      assert.ok(ms < mostBusyMs, `a frame took the page ${ms} ms`);
    }
  });
});

/** What the page does meanwhile; answers what a frame took of its thread, in milliseconds. */
async function frames(
  board: Dashboard,
  context: TestContext,
  what: string,
  work: () => Promise<void>,
): Promise<number> {
  const seen = await watchFrames(board.page, work);
  context.diagnostic(
    `${what}: ${seen.busy} ms of the thread a frame; ${seen.count} frames, ${seen.median} ms apart (median), ${seen.p95} ms (95th percentile), ${seen.longest} ms at most`,
  );
  return seen.busy;
}
