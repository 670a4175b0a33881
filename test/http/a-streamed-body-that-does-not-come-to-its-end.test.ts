import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { StreamRouteHandler } from "../../src/ports/plugin.ts";
import { startTestServer } from "./scripted-host.ts";
import { counting, hurried, post, streamedTo } from "./support/streamed-routes.ts";

describe("a streamed body that does not come to its end", () => {
  it("is refused with 413 when it is larger than the route takes", async () => {
    let isCalled = false;
    const handler: StreamRouteHandler = (request) => {
      isCalled = true;
      return counting(request);
    };
    await using server = await startTestServer(streamedTo(handler, 10));
    const announced = await server.send("POST", "/in", { body: "12345678901" });
    assert.equal(announced.status, 413);
    assert.match(announced.text, /larger than 10 bytes/);
    assert.equal(isCalled, false);
    const client = post(server, { "transfer-encoding": "chunked" });
    client.end("12345678901");
    const [response] = await once(client, "response");
    assert.deepEqual([response.statusCode, isCalled], [413, true]);
    response.resume();
    assert.deepEqual((await server.send("POST", "/in", { body: "1234567890" })).json, { size: 10 });
    assert.deepEqual(server.errors, []);
  });

  it("throws when the client goes away, and nobody is told of an error", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const handler: StreamRouteHandler = async (request) => {
      try {
        return await counting(request);
      } catch (error) {
        resolve(error);
        throw error;
      }
    };
    await using server = await startTestServer(streamedTo(handler));
    const client = post(server, { "content-length": "1000" });
    client.write("not all of it");
    await once(client, "socket");
    while (server.connections() === 0) await server.clock.yield();
    client.destroy();
    const error = await promise;
    assert.ok(error instanceof Error);
    assert.equal(error.name, "AbortError");
    assert.deepEqual(server.errors, []);
  });

  it("is refused with 408 when it comes too slowly", async () => {
    await using server = await startTestServer(streamedTo(counting), hurried);
    const client = post(server, { "content-length": "1000" });
    client.write("not all of it");
    const [response] = await once(client, "response");
    assert.equal(response.statusCode, 408);
    response.resume();
    client.destroy();
    assert.deepEqual(server.errors, []);
  });

  it("is dropped when the handler has answered without it, and cannot be read after", async () => {
    let late: AsyncIterator<Uint8Array> | null = null;
    const handler: StreamRouteHandler = ({ body }) => {
      late = body[Symbol.asyncIterator]();
      return { status: 507, body: "no room" };
    };
    await using server = await startTestServer(streamedTo(handler));
    // This client asks for an end of the connection after its answer; the next does not.
    const answer = await server.send("POST", "/in", { body: Buffer.alloc(4_000_000) });
    assert.deepEqual([answer.status, answer.text], [507, "no room"]);
    const kept = await fetch(`${server.url}/in`, { method: "POST", body: Buffer.alloc(4_000_000) });
    assert.deepEqual([kept.status, await kept.text()], [507, "no room"]);
    await assert.rejects(async () => late?.next(), /is answered/);
  });

  it("ends the connection of a client that goes on sending when it has its answer", async () => {
    await using server = await startTestServer(streamedTo(() => ({ status: 507 })));
    const client = post(server, { "transfer-encoding": "chunked" });
    const [socket] = await once(client, "socket");
    const pump = (): void => {
      while (client.write(Buffer.alloc(1_048_576)) && !socket.destroyed);
    };
    client.on("drain", pump);
    pump();
    await new Promise((resolve) => void socket.once("close", resolve));
    assert.ok(socket.bytesWritten > 16_777_216);
  });

  it("hides what a handler throws, as another's does", async () => {
    await using server = await startTestServer(
      streamedTo(async ({ body }) => {
        for await (const chunk of body) throw new Error(`secret ${chunk.length}`);
      }),
    );
    const answer = await server.send("POST", "/in", { body: "x" });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /secret/);
    assert.equal(server.errors.length, 1);
  });
});
