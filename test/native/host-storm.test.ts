import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { openHost, type Host, type HostOptions, type Plugin } from "../../src/index.ts";
import { assertBalanced, watchCounts } from "./support/host-counts.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("storm")));
after(() => workshop.remove());

const jobs = process.env["BATON_LONG"] === "1" ? 3_000 : 150;

const other: Plugin = {
  name: "other",
  version: "1.0.0",
  start: (host) => host.registerRoute("GET", "/other/route", () => ({ body: "other" })),
};

/** Every place that a storm gets to sooner or later. */
const places =
  "start step stop get_progress get_content get_serialized finalize handler listener done thread";

/** What the plugin said at its end, and what the host counted. */
async function closeWell(host: Host, counts: string, read: ReturnType<typeof watchCounts>) {
  await host.close();
  const core = read();
  assertBalanced(core);
  assert.equal(core.owed, 0);
  const [created, finalized] = readFileSync(counts, "utf8").split(" ");
  assert.equal(Number(created), core.created);
  assert.equal(created, finalized);
}

function openStorm(store: Required<HostOptions>["store"], counts: string): Promise<Host> {
  return openHost({
    store,
    plugins: [other, library],
    concurrentJobs: 3,
    http: { port: 0 },
    pluginSettings: { storm: { jobs, counts } },
  });
}

describe("a plugin that calls everything from everywhere", { timeout: 120_000 }, () => {
  for (const kind of ["memory", "sqlite"] as const) {
    for (const when of ["when all is done", "in the middle"] as const) {
      it(`lets the host close ${when}, and every payload is finalized (${kind})`, async () => {
        const name = `${kind}-${when.replaceAll(" ", "-")}`;
        const counts = workshop.file(`${name}.counts`);
        const path = workshop.file(`${name}.db`);
        const read = watchCounts();
        const host = await openStorm(kind === "memory" ? { kind } : { kind, path }, counts);
        let [asked, answered] = [0, 0];
        const [goal, wanted] =
          when === "in the middle" ? [10, ["start", "step"]] : [jobs / 2, places.split(" ")];
        await eventually(async () => {
          for (const { id } of host.jobs()) {
            asked += 1;
            await (asked % 2 === 0 ? host.cancelJob(id) : host.pauseJob(id)).catch(() => {});
          }
          const answer = await fetch(`${host.url}/storm/leaf`);
          if ((await answer.text()) === "leaf") answered += 1;
          const seen = await (await fetch(`${host.url}/storm/seen`)).text();
          return asked >= goal && answered > 0 && wanted.every((place) => seen.includes(place));
        });
        await closeWell(host, counts, read);
      });
    }
  }
});
