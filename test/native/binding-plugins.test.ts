import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { NativeCallKind } from "../../src/native/messages.ts";
import { Workshop } from "./support/compile.ts";
import { Host, infoFor } from "./support/host.ts";

const notFound = 10;
const internal = 21;
const workshop = new Workshop();
const library = workshop.probe();
after(() => workshop.remove());

describe("a plugin that asks the engine", { timeout: 60_000 }, () => {
  it("waits on its thread until the engine answers its ticket", async () => {
    const host = new Host().start(library);
    const row = await host.submit("s");
    const canceling = host.ask("POST", `/probe/calls/cancel/${row.id}`);
    const called = await host.next("called");
    assert.deepEqual(called, {
      kind: "called",
      ticket: called.ticket,
      call: "cancel",
      id: row.id,
      priority: 0,
    });
    assert.equal(host.core.answer(called.ticket, notFound, null), true);
    assert.equal(host.core.answer(called.ticket, 0, null), false);
    assert.equal(await canceling, String(notFound));
    const setting = host.ask("POST", `/probe/calls/set-priority/${row.id}`);
    const { ticket, priority } = await host.next("called");
    assert.equal(priority, -7);
    host.core.answer(ticket, 0, null);
    assert.equal(await setting, "0");
    assert.equal(host.close(), true);
  });

  it("is told what is known of a job, published or asked for", async () => {
    const host = new Host().start(library);
    const row = await host.submit("s");
    host.apply({ publish: [infoFor(row.id, 5)] });
    assert.equal(await host.ask("POST", `/probe/calls/info/${row.id}`), "0 5");
    const stranger = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const asking = host.ask("POST", `/probe/calls/info/${stranger}`);
    const { ticket } = await host.next("called");
    host.core.answer(ticket, 0, infoFor(stranger, 3));
    assert.equal(await asking, "0 3");
    assert.equal(host.close(), true);
  });

  it("is told every field of what is known", async () => {
    const host = new Host().start(library);
    const row = await host.submit("s");
    const info = {
      id: row.id,
      type: "probe.script",
      state: 6,
      requested: 4,
      priority: -2_147_483_648,
      attempts: 3,
      maxAttempts: 5,
      progress: 0.1,
      createdAt: 1_700_000_000_001,
      changedAt: 1_700_000_000_002,
      dueAt: 1_700_000_000_003,
      runtimeMs: 77,
      errorCode: "A_CODE",
      errorMessage: "größer",
    };
    host.apply({ publish: [info] });
    const known: unknown = JSON.parse(await host.ask("GET", `/probe/known/${row.id}`));
    assert.deepEqual(known, Object.values(info));
    assert.equal(host.close(), true);
  });

  it("gives up a wait, and the engine hears of it", async () => {
    const host = new Host().start(library);
    const row = await host.submit("s");
    const waiting = host.ask("POST", `/probe/calls/wait/${row.id}`);
    const { ticket } = await host.next("called");
    assert.deepEqual(await host.next("call-dropped"), { kind: "call-dropped", ticket });
    assert.equal(await waiting, "11");
    assert.equal(host.close(), true);
  });

  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const config = JSON.stringify({ cancelOnStart: id });

  it("is answered in place on the loop thread", async () => {
    const calls: (readonly [NativeCallKind, string, number])[] = [];
    const call = (kind: NativeCallKind, job: string, priority: number) => {
      calls.push([kind, job, priority]);
      return kind === "info" ? { status: 0, info: infoFor(job, 4) } : { status: 0, info: null };
    };
    const host = new Host({ config, call }).start(library);
    assert.deepEqual(calls, [
      ["cancel", id, 0],
      ["info", id, 0],
    ]);
    const { text, plugin, level } = await host.next("logged");
    assert.deepEqual([plugin, level, text], ["probe", 3, "cancel 0 info 0 state 4"]);
    assert.equal(host.close(), true);
  });

  it("is answered INTERNAL where JavaScript throws, or answers nonsense", async () => {
    const answers = [
      (): never => {
        throw null;
      },
      (): never => ({ status: "fine" }) as never,
      (): never => ({ status: 0, info: null }) as never,
    ];
    const texts: string[] = [];
    for (const call of answers) {
      const host = new Host({ config, call }).start(library);
      texts.push((await host.next("logged")).text);
      assert.equal(host.close(), true);
    }
    assert.deepEqual(texts, [
      `cancel ${internal} info ${internal} state 0`,
      `cancel ${internal} info ${internal} state 0`,
      `cancel 0 info ${internal} state 0`,
    ]);
  });

  it("may find that the engine lets go of everything meanwhile", () => {
    const host: Host = new Host({
      config,
      call: () => {
        host.core.destroy();
        return { status: 0, info: null };
      },
    });
    host.core.load(library);
    host.core.startLibrary("probe");
    assert.throws(() => host.core.counts(), { code: "CLOSING" });
  });
});

describe("a native route", { timeout: 60_000 }, () => {
  it("is registered and streams as fast as its chunks are acknowledged", async () => {
    const host = new Host().start(library);
    assert.deepEqual(await host.next("type-registered"), {
      kind: "type-registered",
      plugin: "probe",
      type: "probe.script",
    });
    assert.deepEqual(await host.next("route-registered"), {
      kind: "route-registered",
      plugin: "probe",
      method: "POST",
      pattern: "/probe/jobs/{kind}",
    });
    const { status, ticket } = host.core.startRequest({
      method: "GET",
      path: "/probe/stream/40",
      query: [["name", "a value"]],
      headers: [],
      body: new Uint8Array(),
    });
    assert.equal(status, 0);
    assert.deepEqual(await host.next("response-head"), {
      kind: "response-head",
      ticket,
      status: 201,
      headers: [["x-probe", "a value"]],
      job: undefined,
    });
    for (let i = 0; i < 40; i++) {
      const { bytes } = await host.next("response-chunk");
      assert.equal(bytes.length, 65_536);
      host.core.ackResponse(ticket, bytes.length);
    }
    assert.deepEqual(await host.next("response-end"), {
      kind: "response-end",
      ticket,
      status: 0,
      why: "",
    });
    assert.equal(host.close(), true);
  });

  it("is refused where JavaScript has it already", async () => {
    const host = new Host();
    assert.equal(host.core.reserveRoute("GET", "/probe/stream/{count}"), 0);
    assert.equal(host.core.reserveRoute("GET", "/probe/stream/{other}"), 12);
    assert.equal(host.core.reserveRoute("GET", "no pattern"), 1);
    host.start(library);
    const request = { query: [], headers: [], body: new Uint8Array(), method: "GET" };
    assert.equal(host.core.startRequest({ ...request, path: "/probe/stream/1" }).status, notFound);
    assert.equal(host.close(), true);
  });

  it("hears that its client is gone", async () => {
    const host = new Host().start(library);
    const request = { query: [], headers: [], body: new Uint8Array(), method: "GET" };
    const { ticket } = host.core.startRequest({ ...request, path: "/probe/stream/1000" });
    await host.next("response-head");
    host.core.abortRequest(ticket);
    assert.equal((await host.next("response-end")).status, 7);
    assert.equal(host.core.startRequest({ ...request, path: "/nobody" }).status, notFound);
    assert.equal(host.close(), true);
  });
});

describe("plugins of a native core", { timeout: 60_000 }, () => {
  it("are asked what they are before they start, once for each name", () => {
    const host = new Host();
    assert.deepEqual(host.core.load(library), { name: "probe", version: "1.2.3" });
    refused(() => host.core.load(library), "NAME_TAKEN");
    refused(() => host.core.addInstance("probe"), "NAME_TAKEN");
    host.core.startLibrary("probe");
    refused(() => host.core.startLibrary("probe"), "NAME_TAKEN");
    assert.equal(host.core.closeInstance("probe", 1000), true);
    assert.equal(host.core.closeInstance("probe", 1000), true);
    host.start(library);
    assert.equal(host.close(), true);
  });

  it("are refused with a code and a sentence", () => {
    const host = new Host({ config: '{"refuse":true}' });
    const foreign = workshop.compile("probe.c", "foreign.so", ["-DPROBE_ABI_OFFSET=1"]);
    const nothing = workshop.compile("nothing.c", "nothing.so");
    refused(() => host.core.load("/nowhere/x.so"), "PLUGIN_NOT_LOADED");
    refused(() => host.core.load(fileURLToPath(import.meta.url)), "PLUGIN_NOT_LOADED");
    refused(() => host.core.load(nothing), "NOT_A_PLUGIN");
    refused(() => host.core.load(foreign), "PLUGIN_ABI_MISMATCH");
    refused(() => host.core.startLibrary("probe"), "PLUGIN_NOT_LOADED");
    host.core.load(library);
    refused(() => host.core.startLibrary("probe"), "PLUGIN_START_FAILED");
    host.core.load(library);
    assert.equal(host.close(), true);
  });

  it("finalize what they hold when their instance is closed", async () => {
    const host = new Host().start(library);
    await host.hold("h");
    assert.equal(await host.ask("POST", "/probe/jobs/left"), "0");
    assert.equal(host.core.closeInstance("probe", 10_000), true);
    assert.deepEqual(host.core.counts(), { created: 2, finalized: 2, live: 0, owed: 0 });
    assert.equal(host.close(), true);
  });

  it("may be addons, which find their host in a tagged value", async () => {
    const host = new Host();
    const headers = createRequire(import.meta.url)("node-api-headers") as { include_dir: string };
    const file = workshop.compile("probe-addon.c", "probe-addon.node", [
      `-I${headers.include_dir}`,
      "-DNAPI_VERSION=9",
      "-Wl,-z,nodelete",
    ]);
    const addon = createRequire(import.meta.url)(file) as { start: (host: unknown) => void };
    addon.start(host.core.addInstance("addon"));
    const { plugin, text } = await host.next("logged");
    assert.deepEqual([plugin, text], ["addon", "hello from an addon"]);
    assert.throws(() => addon.start({}), { name: "TypeError", code: "INVALID_ARGUMENT" });
    assert.equal(host.close(), true);
  });
});

function refused(act: () => unknown, code: string): void {
  assert.throws(act, (error: Error) => Reflect.get(error, "code") === code && error.message > "");
}
