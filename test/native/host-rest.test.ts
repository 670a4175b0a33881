import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Plugin, RouteHandler } from "../../src/index.ts";
import { eventually } from "./support/host-eventually.ts";
import { readTold, ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.library("services")));
after(() => workshop.remove());

/** A TypeScript plugin with these routes, each GET and POST. */
function routes(handlers: Readonly<Record<string, RouteHandler>>): Plugin {
  return {
    name: "typescript",
    version: "1.0.0",
    start(host) {
      for (const [path, handler] of Object.entries(handlers)) {
        host.registerRoute("GET", path, handler);
        host.registerRoute("POST", path, handler);
      }
    },
  };
}

describe("a native plugin calls the host's REST interface", { timeout: 60_000 }, () => {
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
    await using one = await ServicesHost.open([library, failing]);
    const paths = ["/jobs", "/jobs?expand=1", "/jobs?expand=nonsense", "/jobs/none", "/nothing"];
    paths.push("/services/leaf", "/services/refuses?status=10", "/services/refuses?status=21");
    paths.push("/typescript/throws", "/typescript/echo?a=1&a=%C3%A4", "/typescript/echo/", "//jobs/");
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
      assert.deepEqual(told, { status: "OK", http: network.status, body: await network.text() });
    }
  });

  it("also of a host that has no server, and acts on jobs", async () => {
    const done = Promise.withResolvers<string>();
    const starts = routes({ "/typescript/done": ({ query }) => done.resolve(String(query)) });
    await using one = await ServicesHost.open([library, starts], { http: null }, {
      waits: "/typescript/done?thread",
      told: workshop.file("served.told"),
    });
    assert.equal(one.host.url, null);
    assert.equal(await done.promise, "thread=");
    await eventually(() => one.host.metrics().length > 0);
    await one.close();
    assert.equal(readFileSync(workshop.file("served.told"), "utf8"), "0");
  });

  it("and is told what its sink, or an answer that breaks off, makes of it", async () => {
    const breaking = routes({
      "/typescript/breaks": () => ({
        body: (async function* chunks() {
          yield Buffer.from("half");
          throw new Error("secret");
        })(),
      }),
    });
    await using one = await ServicesHost.open([library, breaking]);
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
    const endless = routes({
      "/typescript/endless": () => ({
        body: (async function* chunks() {
          try {
            for (;;) yield Buffer.alloc(1_048_576);
          } finally {
            stopped.resolve();
          }
        })(),
      }),
    });
    await using one = await ServicesHost.open([library, endless]);
    assert.equal((await one.rest("/typescript/endless")).status, "TOO_LARGE");
    await stopped.promise;
  });

  // Nobody is answered before all of them wait: each thread that waits needs no other.
  it("from every thread at once: steps, request threads and its own", async () => {
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
    await using one = await ServicesHost.open([library, gate], { concurrentJobs: 3 });
    const twice = `/services/by?path=${encodeURIComponent("/services/by?path=/typescript/gate")}`;
    assert.equal(await one.text("POST", `steps?count=3&path=${encodeURIComponent(twice)}`), "0");
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
    assert.deepEqual(lines, Array.from({ length: 13 }, () => `0 200 ${body}`));
    await eventually(async () => (await one.text("GET", "stepped")).split("\n").length === 4);
    for (const line of (await one.text("GET", "stepped")).split("\n").slice(0, -1)) {
      assert.deepEqual(readTold(line), { status: "OK", http: 200, body });
    }
  });

  it("and is told CLOSING if the host closes while it waits", async () => {
    const entered = Promise.withResolvers<void>();
    const never = routes({
      "/typescript/never": () => {
        entered.resolve();
        return new Promise<never>(() => {});
      },
    });
    const told = workshop.file("closing.told");
    const one = await ServicesHost.open([library, never], {}, { waits: "/typescript/never", told });
    await entered.promise;
    await one.close();
    assert.equal(readFileSync(told, "utf8"), "7");
  });

  it("and is refused on the loop thread", async () => {
    await using one = await ServicesHost.open([library]);
    assert.equal(await one.status("GET", "start"), "WRONG_THREAD");
  });
});
