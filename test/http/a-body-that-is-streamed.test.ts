import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { StreamRouteHandler } from "../../src/ports/plugin.ts";
import { sendRaw, startTestServer } from "./scripted-host.ts";
import { counting, hurried, post, streamedTo, wait } from "./support/streamed-routes.ts";

describe("a body that is streamed", () => {
  it("comes to the handler whole and in order, whatever its size", async () => {
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
    let got = Buffer.alloc(0);
    const handler: StreamRouteHandler = async ({ body }) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      got = Buffer.concat(chunks);
    };
    await using server = await startTestServer(streamedTo(handler));
    const answer = await server.send("POST", "/in", { body: sent });
    assert.equal(answer.status, 200);
    assert.equal(got.equals(sent), true);
  });

  it("may be empty, and of any content type or none", async () => {
    await using server = await startTestServer(streamedTo(counting));
    assert.deepEqual((await server.send("POST", "/in")).json, { size: 0 });
    const headers = { "content-type": "no type at all" };
    assert.deepEqual((await server.send("POST", "/in", { headers, body: "1234" })).json, {
      size: 4,
    });
  });

  it("leaves its connection to the next request", async () => {
    await using server = await startTestServer(streamedTo(counting));
    const one = "POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n";
    const answers = await sendRaw(
      server.url,
      `${one}\r\nabc${one}\r\nabc${one}Connection: close\r\n\r\nabc`,
    );
    assert.equal(answers.match(/"size": 3/g)?.length, 3, answers);
  });

  it("comes no faster than it is taken", async () => {
    const { promise: mayRead, resolve: read } = Promise.withResolvers<void>();
    const handler: StreamRouteHandler = async (request) => {
      await mayRead;
      return counting(request);
    };
    await using server = await startTestServer(streamedTo(handler));
    const client = post(server);
    for (let block = 0; block < 64; block += 1) client.write(Buffer.alloc(1_048_576));
    const [socket] = await once(client, "socket");
    // What the connection does not take stays with the client.
    let [before, same] = [Infinity, 0];
    while (same < 20) {
      await server.send("GET", "/nobody");
      same = socket.writableLength === before ? same + 1 : 0;
      before = socket.writableLength;
    }
    assert.ok(before > 32 * 1_048_576, `only ${before} bytes are left`);
    read();
    client.end();
    const [response] = await once(client, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
  });

  it("may take any time, as long as it comes, and while the handler does something else", async () => {
    const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
    const handler: StreamRouteHandler = async ({ body }) => {
      let size = 0;
      for await (const chunk of body) {
        size += chunk.length;
        if (size === 5_120) ask();
        // Longer than all of another request may take.
        if (size === 5_120) await wait(1_500);
      }
      return { body: { size } };
    };
    await using server = await startTestServer(streamedTo(handler), hurried);
    const client = post(server, { "content-length": "6144" });
    for (let part = 0; part < 5; part += 1) {
      client.write(Buffer.alloc(1_024));
      await wait(150);
    }
    await isAsked;
    client.end(Buffer.alloc(1_024));
    const [response] = await once(client, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
  });
});
