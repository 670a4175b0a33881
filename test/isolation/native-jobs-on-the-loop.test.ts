import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type HostOptions } from "../../src/index.ts";
import { Events } from "../e2e/support/events.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const workshop = new HostWorkshop();
const files = { library: "", addon: "" };
before(() => {
  files.library = workshop.sharedLibrary("nested");
  files.addon = workshop.addon("nested");
});
after(() => workshop.remove());

type Isolation = "none" | "process";

/** What the plugin says until all its jobs are finalized. */
async function said(
  path: string,
  isolation: Isolation,
  store: Required<HostOptions>["store"],
): Promise<readonly string[]> {
  const events = new Events();
  await using host = await openHost({
    plugins: [{ path, isolation }],
    observer: events.observer,
    store,
  });
  // "outer", its three, "pooled" and "later".
  await events.first(() => texts(events).filter((text) => / finalized /.test(text)).length === 6);
  await events.first(() => texts(events).some((text) => / async /.test(text)));
  assert.deepEqual(host.plugins, [{ name: "nested", version: "1.0.0" }]);
  return texts(events).toSorted();
}

const texts = ({ seen }: Events): string[] =>
  seen.flatMap((event) => (event.kind === "logged" ? [event.text] : []));

const lifeOf = (name: string): string =>
  `nested ${name} finalized on the loop
nested ${name} steps on the loop
nested ${name} stops on the loop 1`;

/** On the loop nobody waits: WRONG_THREAD is 8. */
const everything = `nested async 0 an id on the loop
${["inner0", "inner1", "inner2", "later", "outer"].map(lifeOf).join("\n")}
nested inner0 submitted 0 asked 0 waited 8
nested inner1 submitted 0 asked 0 waited 8
nested inner2 submitted 0 asked 0 waited 8
nested outer steps on the loop
nested outer steps on the loop
nested pooled finalized elsewhere
nested pooled steps elsewhere
nested pooled stops elsewhere 1`
  .split("\n")
  .toSorted();

describe("native jobs on the loop, which submit and ask there", { timeout: 60_000 }, () => {
  for (const door of ["library", "addon"] as const) {
    for (const isolation of ["none", "process"] as const) {
      for (const kind of ["memory", "sqlite"] as const) {
        it(`are served (${door}, isolation: ${isolation}, ${kind})`, async () => {
          const path = workshop.file(`${door}-${isolation}.db`);
          const store = kind === "memory" ? ({ kind } as const) : ({ kind, path } as const);
          assert.deepEqual(await said(files[door], isolation, store), everything);
        });
      }
    }
  }
});
