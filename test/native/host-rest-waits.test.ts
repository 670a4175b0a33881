import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { definePlugin, StepResult } from "../../src/index.ts";
import { eventually } from "./support/host-eventually.ts";
import { readTold, routes, ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("services")));
after(() => workshop.remove());

const step = (): typeof StepResult.success => StepResult.success;

for (const isolation of ["none", "process"] as const) {
  describe(
    `a thread that waits for the host's REST interface (isolation: ${isolation})`,
    { timeout: 60_000 },
    () => {
      // Nobody is answered before all of them wait: each thread that waits needs no other.
      it("may be any: steps, request threads and the plugin's own, all at once", async () => {
        const all = 3 + 7 + 13;
        let inside = 0;
        const open = Promise.withResolvers<void>();
        const gate = routes({
          "/typescript/gate": async () => {
            inside += 1;
            if (inside === all) open.resolve();
            await open.promise;
            return { body: "through" };
          },
        });
        await using one = await ServicesHost.open([{ path: library, isolation }, gate], {
          concurrentJobs: 3,
        });
        const twice = `/services/by?path=${encodeURIComponent("/services/by?path=/typescript/gate")}`;
        assert.equal(
          await one.text("POST", `steps?count=3&path=${encodeURIComponent(twice)}`),
          "0",
        );
        await eventually(() => inside === 3);
        const byRequests = Array.from({ length: 7 }, () => one.rest(twice));
        await eventually(() => inside === 3 + 7);
        const query = new URLSearchParams({ path: twice, threads: "13" });
        const byThreads = one.text("POST", `rest?${String(query)}`);
        const body = "0 200 0 200 through";
        for (const told of await Promise.all(byRequests)) {
          assert.deepEqual(told, { status: "OK", http: 200, body });
        }
        const lines = (await byThreads).split("\n").slice(0, -1);
        assert.deepEqual(
          lines,
          Array.from({ length: 13 }, () => `0 200 ${body}`),
        );
        await eventually(async () => (await one.text("GET", "stepped")).split("\n").length === 4);
        for (const line of (await one.text("GET", "stepped")).split("\n").slice(0, -1)) {
          assert.deepEqual(readTold(line), { status: "OK", http: 200, body });
        }
      });

      it("is told CLOSING if the host closes meanwhile", async () => {
        const entered = Promise.withResolvers<void>();
        const never = routes({
          "/typescript/never": () => {
            entered.resolve();
            return new Promise<never>(() => {});
          },
        });
        const told = workshop.file("closing.told");
        const one = await ServicesHost.open(
          // Started first: another process does not wait for whoever starts later.
          [never, { path: library, isolation }],
          {},
          { waits: "/typescript/never", told },
        );
        await entered.promise;
        await one.close();
        assert.equal(readFileSync(told, "utf8"), "7");
      });

      it("waits in a step for no other job, whose slot it may hold", async () => {
        const wanted = Promise.withResolvers<string>();
        const maker = definePlugin({
          name: "maker",
          version: "1.0.0",
          start(host) {
            host.registerRoute("GET", "/maker/job", async (request) => {
              const answer = await host.answerJob(
                request,
                host.createJob({ type: "m", payload: null, step }),
              );
              wanted.resolve(answer.job?.id ?? "");
              return answer;
            });
          },
        });
        await using one = await ServicesHost.open([{ path: library, isolation }, maker], {
          concurrentJobs: 1,
        });
        await one.text("POST", "steps?count=1&path=/maker/job");
        const id = await wanted.promise;
        await eventually(async () => (await one.text("GET", "stepped")) !== "");
        const told = readTold((await one.text("GET", "stepped")).trim());
        assert.deepEqual([told.status, told.http], ["OK", 202]);
        assert.equal((JSON.parse(told.body) as { readonly ID: string }).ID, id);
        await eventually(() => one.host.jobInfo(id).state === "succeeded");
        // Anybody else is answered with its end.
        assert.equal((await fetch(`${one.host.url}/maker/job`)).status, 200);
      });

      it("is never the loop thread", async () => {
        await using one = await ServicesHost.open([{ path: library, isolation }]);
        assert.equal(await one.status("GET", "start"), "WRONG_THREAD");
      });
    },
  );
}
