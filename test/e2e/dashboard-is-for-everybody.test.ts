import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { withoutBrowser } from "./support/dashboard/browser.ts";
import { Dashboard } from "./support/dashboard/dashboard.ts";
import { HeldJob } from "./support/dashboard/held-job.ts";
import { ward } from "./support/dashboard/ward.ts";

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds wrong; the page's policy lets nothing be added, so it is run from outside. */
async function findings({ page }: Dashboard): Promise<readonly string[]> {
  await page.evaluate(await readFile(axeFile, "utf8"));
  const { violations } = await page.evaluate<{ violations: Finding[] }>("axe.run()");
  return violations
    .filter(({ impact }) => impact !== "minor")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}\n${nodes[0]?.failureSummary}`);
}

/** A board that shows every state, and the panel of a failed job. */
async function colourful(colorScheme: "light" | "dark"): Promise<Dashboard> {
  const options = { concurrentJobs: 2, plugins: [ward().plugin] };
  const board = await Dashboard.open(options, { colorScheme });
  const { host } = board;
  const submit = async (job: HeldJob, state: string): Promise<string> => {
    const id = await host.submit(job, { maxAttempts: 2, backoff: { firstDelayMs: 60_000 } });
    await board.reached(id, state);
    return id;
  };
  const ends = [
    StepResult.success,
    StepResult.failure("NO_PAPER", "The tray is empty"),
    StepResult.failure("JAM", "The paper is stuck", { retryable: true }),
  ];
  const jobs = ends.map((end) => {
    const job = new HeldJob("print", { Pages: 3 });
    job.end(end);
    return job;
  });
  const [good, bad, again] = jobs as [HeldJob, HeldJob, HeldJob];
  await submit(good, "succeeded");
  const failed = await submit(bad, "failed");
  await submit(again, "retrying");
  const running = new HeldJob("copy");
  await submit(running, "running");
  running.getsTo(1, 3);
  await submit(new HeldJob("copy"), "running");
  await submit(new HeldJob("scan"), "pending");
  await host.pauseJob(await submit(new HeldJob("scan"), "pending"));
  await board.load(`#job=${failed}`);
  await board.panel.getByText("The tray is empty").first().waitFor();
  return board;
}

describe("the dashboard is for everybody", { skip: withoutBrowser }, () => {
  for (const colours of ["light", "dark"] as const) {
    it(`with nothing that axe-core finds serious, in ${colours} colours`, async () => {
      await using board = await colourful(colours);
      assert.deepEqual(await findings(board), []);
      await board.page.getByRole("button", { name: "Plugins" }).click();
      await board.panel.getByRole("heading", { name: "Plugins" }).waitFor();
      assert.deepEqual(await findings(board), []);
      await board.page.getByRole("button", { name: "Ward", exact: true }).click();
      await board.panel.getByText("Nobody is here.").waitFor();
      assert.deepEqual(await findings(board), []);
      await board.page.getByRole("button", { name: /^Retry failed/ }).click();
      await board.page.getByRole("dialog").waitFor();
      assert.deepEqual(await findings(board), []);
      await board.page.keyboard.press("Escape");
      await board.page.getByRole("button", { name: "Keyboard shortcuts" }).click();
      await board.page.getByRole("dialog").waitFor();
      assert.deepEqual(await findings(board), []);
    });
  }

  it("in the colours of the system, or those of the switch, also after it is loaded again", async () => {
    await using board = await Dashboard.open({}, { colorScheme: "dark" });
    await board.load();
    const lightness = async (): Promise<number> => {
      const colour = await board.page.evaluate<string>(
        "getComputedStyle(document.body).backgroundColor",
      );
      return Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
    };
    assert.ok((await lightness()) < 64);
    await board.page.emulateMedia({ colorScheme: "light" });
    assert.ok((await lightness()) > 192);
    await board.page.getByRole("radio", { name: "dark" }).check({ force: true });
    assert.ok((await lightness()) < 64);
    await board.load();
    assert.ok((await lightness()) < 64);
    await board.page.getByRole("radio", { name: "system" }).check({ force: true });
    assert.ok((await lightness()) > 192);
  });

  it("without movement for who wants none", async () => {
    await using board = await Dashboard.open({}, { reducedMotion: "reduce" });
    const id = await board.host.submit(new HeldJob("print"));
    await board.load();
    await board.until(id, "Running");
    const moves = await board.page.evaluate(
      "getComputedStyle(document.querySelector('.row .bar > span')).transitionProperty",
    );
    assert.equal(moves, "none");
  });

  it("without single-letter keys for who speaks to the machine", async () => {
    await using board = await Dashboard.open();
    const id = await board.host.submit(new HeldJob("print"));
    await board.load();
    await board.until(id, "Running");
    await board.page.keyboard.press("?");
    await board.page.getByRole("checkbox").uncheck();
    await board.page.keyboard.press("Escape");
    await board.grid.focus();
    for (const key of ["End", "p", "c"]) await board.page.keyboard.press(key);
    assert.equal(board.host.jobInfo(id).requested, "nothing");
    await board.page.keyboard.press("?");
    assert.equal(await board.page.getByRole("dialog").count(), 0);
  });
});
