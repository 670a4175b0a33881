import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type Host, type HostOptions, type ProgressSnapshot } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("grower")));
after(() => workshop.remove());

const places: Readonly<
  Record<string, Pick<HostOptions, "store"> & { isolation: "none" | "process" }>
> = {
  "in memory": { isolation: "none" },
  "with a database": {
    isolation: "none",
    store: { kind: "sqlite", path: workshop.file("here.db") },
  },
  "in a process": { isolation: "process" },
  "in a process, with a database": {
    isolation: "process",
    store: { kind: "sqlite", path: workshop.file("there.db") },
  },
};

/** Where each node is, how much it counts, and how far it is. */
const rows = ({ name, kind, state, weight, fraction, parts }: ProgressSnapshot): string[] => [
  `${name} ${kind} ${state} ${weight} ${fraction}`,
  ...parts.flatMap(rows),
];

const grown = [
  "grow aggregator running 1 0.375",
  "Read observer running 3 0.5",
  "Write aggregator running 1 0",
  "Sort observer running 1 0",
];

function openAt(isolation: "none" | "process", store: HostOptions["store"]): Promise<Host> {
  const plugins = [{ path: library, isolation }];
  return openHost({ plugins, http: { port: 0 }, ...(store === undefined ? {} : { store }) });
}

async function submitted(host: Host): Promise<string> {
  return (await fetch(`${host.url}/grower/jobs`, { method: "POST" })).text();
}

/** Waits until the tree was told of with this row in it. */
async function until(
  host: Host,
  id: string,
  row: string,
  isSo: (tree: ProgressSnapshot) => boolean = () => true,
): Promise<ProgressSnapshot> {
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = host.observe((event) => {
      if (event.kind === "reported") resolve();
    });
    const tree = host.jobProgress(id);
    if (rows(tree).includes(row) && isSo(tree)) return tree;
    await promise;
  }
}

for (const [place, { isolation, store }] of Object.entries(places)) {
  describe(`the parts of a native job, ${place}`, { timeout: 60_000 }, () => {
    it("show, are canceled one by one, and stay when the job has ended", async () => {
      await using host = await openAt(isolation, store);
      const id = await submitted(host);
      const tree = await until(host, id, "Read observer running 3 0.5");
      assert.deepEqual(rows(tree), grown);
      assert.deepEqual([tree.total, tree.parts[0]?.done, tree.parts[0]?.total], [400, 1, 2]);
      const write = tree.parts[1]?.id ?? "";
      const asked = await fetch(`${host.url}/jobs/${id}/progress/${write}/cancel`, {
        method: "POST",
      });
      assert.equal(asked.status, 200);
      assert.equal((await host.waitJob(id)).state, "succeeded");
      assert.deepEqual(rows(host.jobProgress(id)), [
        "grow aggregator finished 1 1",
        "Read observer finished 3 1",
        "Write aggregator canceled 1 0",
        "Sort observer canceled 1 0",
      ]);
    });

    it("have new ids after a resubmit, and those of before cancel nothing", async () => {
      await using host = await openAt(isolation, store);
      const id = await submitted(host);
      const row = "Read observer running 3 0.5";
      const [, old] = (await until(host, id, row)).parts;
      assert(old !== undefined);
      await host.cancelJob(id);
      await host.waitJob(id);
      await host.resubmitJob(id);
      const [, now] = (await until(host, id, row, ({ parts }) => parts[1]?.id !== old.id)).parts;
      assert(now !== undefined);
      assert.equal(now.name, old.name);
      await assert.rejects(host.cancelBranch(id, old.id), { code: "NOT_FOUND" });
      await host.cancelBranch(id, now.id);
      assert.equal((await host.waitJob(id)).state, "succeeded");
    });

    it("are canceled with the job", async () => {
      await using host = await openAt(isolation, store);
      const id = await submitted(host);
      await until(host, id, "Read observer running 3 0.5");
      assert.ok(host.jobInfo(id).progress <= 0.375);
      await host.cancelBranch(id, "0");
      assert.equal((await host.waitJob(id)).error?.code, "JOB_CANCELED");
      const shown = rows(host.jobProgress(id));
      assert.deepEqual(
        shown,
        grown.map((row) => row.replace("running", "canceled")),
      );
    });
  });
}
