import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { eventually } from "./support/host-eventually.ts";
import { routes, ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("services")));
after(() => workshop.remove());

async function* half(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half");
  throw new Error("secret");
}

for (const isolation of ["none", "process"] as const) {
  describe(
    `a native plugin calls the host's REST interface (isolation: ${isolation})`,
    { timeout: 60_000 },
    () => {
      it("and is answered as over the network", async () => {
        const failing = routes({
          "/typescript/throws": () => {
            throw new Error("secret");
          },
          "/typescript/echo": ({ method, path, query }) => ({
            status: 207,
            body: `${method} ${path} ${String(query)}`,
          }),
        });
        await using one = await ServicesHost.open([{ path: library, isolation }, failing]);
        const paths = [
          "/jobs",
          "/jobs?expand=1",
          "/jobs?expand=nonsense",
          "/jobs/none",
          "/nothing",
        ];
        paths.push("/services/leaf", "/services/refuses?status=10", "/services/refuses?status=21");
        paths.push(
          "/typescript/throws",
          "/typescript/echo?a=1&a=%C3%A4",
          "/typescript/echo/",
          "//jobs/",
        );
        paths.push("/services/leaf/%zz");
        for (const path of paths) {
          const network = await fetch(`${one.host.url}${path}`);
          const body = await network.text();
          const told = await one.rest(path);
          assert.deepEqual(told, { status: "OK", http: network.status, body }, path);
        }
        for (const method of ["PATCH", "OPTIONS", "HEAD", "DELETE"]) {
          const network = await fetch(`${one.host.url}/services/leaf`, { method });
          const told = await one.rest("/services/leaf", { method });
          assert.deepEqual(told, {
            status: "OK",
            http: network.status,
            body: await network.text(),
          });
        }
        const unknown = await one.rest("/jobs", { method: "XYZ" });
        assert.equal(unknown.status, "INVALID_ARGUMENT", "as no request of HTTP at all");
      });

      it("also of a host that has no server, and acts on jobs", async () => {
        const done = Promise.withResolvers<string>();
        const starts = routes({ "/typescript/done": ({ query }) => done.resolve(String(query)) });
        await using one = await ServicesHost.open(
          // Started first: another process does not wait for whoever starts later.
          [starts, { path: library, isolation }],
          { http: null },
          {
            waits: "/typescript/done?thread",
            told: workshop.file("served.told"),
          },
        );
        assert.equal(one.host.url, null);
        assert.equal(await done.promise, "thread=");
        await eventually(() => one.host.metrics().length > 0);
        await one.close();
        assert.equal(readFileSync(workshop.file("served.told"), "utf8"), "0");
      });

      it("and is told what its sink, or an answer that breaks off, makes of it", async () => {
        const breaking = routes({
          "/typescript/breaks": () => ({
            body: half(),
          }),
        });
        await using one = await ServicesHost.open([{ path: library, isolation }, breaking]);
        for (const path of ["/jobs", "/services/leaf"]) {
          const { status, http } = await one.rest(path, { sink: "full" });
          assert.deepEqual([status, http], ["QUEUE_FULL", -1]);
        }
        for (const path of ["/services/breaks", "/typescript/breaks"]) {
          assert.equal((await one.rest(path)).status, "INTERNAL", path);
        }
      });

      it("stops an answer that would not end", async () => {
        const stopped = Promise.withResolvers<void>();
        async function* chunks(): AsyncGenerator<Uint8Array> {
          try {
            for (;;) yield Buffer.alloc(1_048_576);
          } finally {
            stopped.resolve();
          }
        }
        const endless = routes({ "/typescript/endless": () => ({ body: chunks() }) });
        await using one = await ServicesHost.open([{ path: library, isolation }, endless]);
        assert.equal((await one.rest("/typescript/endless")).status, "TOO_LARGE");
        await stopped.promise;
      });
    },
  );
}
