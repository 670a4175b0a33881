import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { eventually } from "../native/support/host-eventually.ts";
import { BatonProcess } from "./baton-process.ts";
import { answer, oddHost } from "./odd-host.ts";

const jobOf = (state: string): object => ({
  ID: "7",
  Type: "t",
  State: state,
  Priority: 0,
  Progress: 0,
  CreationTime: "20260101T000000",
});

const lineOf = (number: number): object => ({
  Number: number,
  Time: "20260101T000000",
  Level: "info",
  Text: `line ${number}`,
});

/** A host whose streams of events the test writes. */
async function streamingHost(
  other: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<
  AsyncDisposable & {
    readonly url: string;
    /** Of each connection: what it is, and after which event it goes on. */
    readonly streams: { readonly response: ServerResponse; readonly after: string | undefined }[];
    send(event: string, data: object, id?: string): void;
  }
> {
  const streams: { readonly response: ServerResponse; readonly after: string | undefined }[] = [];
  const host = await oddHost((request, response) => {
    if (request.url?.split("?")[0]?.endsWith("/events") !== true) return other(request, response);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("retry: 2000\n\n");
    const after = request.headers["last-event-id"];
    streams.push({ response, after: after === undefined ? undefined : String(after) });
  });
  return {
    url: `http://${host.at}`,
    streams,
    send(event, data, id) {
      const name = id === undefined ? "" : `id: ${id}\n`;
      const text = `event: ${event}\n${name}data: ${JSON.stringify(data)}\n\n`;
      streams.at(-1)?.response.write(text);
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

/** For whoever polls to have asked again. */
function longEnough(): Promise<void> {
  const until = Date.now() + 1_500;
  return eventually(() => Date.now() > until);
}

describe("what a host tells by itself", { timeout: 120_000 }, () => {
  it("is not asked for: a log that is followed goes on after a broken connection", async () => {
    const asked: string[] = [];
    await using host = await streamingHost(({ url = "" }, response) => {
      asked.push(url);
      answer(response, 200, [lineOf(1), lineOf(2), lineOf(3)].slice(Number(url.split("=")[1])));
    });
    await using baton = new BatonProcess("jobs", "--url", host.url, "logs", "-f", "7");
    await eventually(() => host.streams.length === 1);
    host.send("job", jobOf("Running"), "e-0");
    host.send("log", lineOf(1), "e-1");
    await baton.line("stdout", /line 1/);
    host.streams[0]?.response.destroy();
    await baton.line("stderr", /The connection to the host is lost/);
    await eventually(() => host.streams.length === 2);
    assert.equal(host.streams[1]?.after, "e-1");
    await baton.line("stderr", /The connection is there again/);
    host.send("log", lineOf(2), "e-2");
    host.send("job", jobOf("Success"), "e-2");
    assert.equal(await baton.exit(), 0);
    const printed = baton.lines("stdout").map((line) => line.slice(-6));
    assert.deepEqual(printed, ["line 1", "line 2", "line 3"]);
    assert.deepEqual(asked, ["/jobs/7/logs?since=2"]);
  });

  it("is not asked for: a job that is watched is looked at when it has changed", async () => {
    let [asked, state] = [0, "Running"];
    await using host = await streamingHost(({ url = "" }, response) => {
      asked += 1;
      answer(
        response,
        200,
        url.endsWith("/progress") ? { state: "running", parts: [] } : jobOf(state),
      );
    });
    await using baton = new BatonProcess("jobs", "--url", host.url, "watch", "7");
    await baton.line("stdout", /7: Running/);
    await longEnough();
    assert.equal(asked, 2);
    state = "Success";
    host.send("job", jobOf(state));
    assert.equal(await baton.exit(), 0);
    assert.equal(asked, 4);
  });

  it("is not asked for: a list that is watched is read again when there is news", async () => {
    let asked = 0;
    await using host = await streamingHost((_request, response) => {
      asked += 1;
      answer(response, 200, [jobOf("Running")]);
    });
    const filter = ["--type", "t", "--state", "Running"];
    await using baton = new BatonProcess("jobs", "--url", host.url, "ls", "--watch", ...filter);
    await baton.line("stdout", /Running/);
    host.send("jobs", { Jobs: [], Gone: [], Totals: {} }, "e-1");
    await longEnough();
    assert.equal(asked, 1);
    host.send("jobs", { Jobs: [jobOf("Running")], Gone: [], Totals: {} }, "e-2");
    await eventually(() => asked === 2);
  });

  it("is told no more to whoever may not hear it", async () => {
    let isOpen = true;
    await using host = await oddHost(({ url = "" }, response) => {
      if (!isOpen) return answer(response, 401, {});
      if (!url.startsWith("/events")) return answer(response, 200, []);
      isOpen = false;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(": \n\n");
    });
    await using baton = new BatonProcess("jobs", "--url", `http://${host.at}`, "ls", "--watch");
    assert.equal(await baton.exit(), 4);
    assert.match(baton.lines("stderr").at(-1) ?? "", /asks who you are/);
  });
});
