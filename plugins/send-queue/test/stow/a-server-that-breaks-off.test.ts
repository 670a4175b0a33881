import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Sender } from "../../src/destinations/sender.ts";
import type { StowSenders } from "../../src/destinations/stow-sender.ts";
import { freePort } from "../../../../test/support/free-port.ts";
import { madeInstance } from "../support/made-instance.ts";
import { answer, storedOf, StowServer } from "../support/stow-server.ts";
import { fatesOf, Stowing } from "../support/stowing.ts";

describe("a server that breaks off", () => {
  it("after the body, without an answer: the instances are charged, and none is delivered", async () => {
    await using server = await StowServer.listen();
    server.react = (response) => response.destroy();
    const fates = await sent(server, 2, { first: probing });
    assert.deepEqual(fates, repeated(2, "association transient ECONNRESET"));
  });

  it("before it has ever answered: that may be anything that listens there, and none is charged", async () => {
    await using server = await StowServer.listen();
    server.react = (response) => response.destroy();
    assert.deepEqual(await sent(server, 2), repeated(2, "destination transient ECONNRESET"));
  });

  it("but refuses everybody, as it says when it is asked: that is no instance's fault", async () => {
    await using server = await StowServer.listen();
    const first = async (senders: StowSenders): Promise<void> => {
      await senders.probe();
      server.find = (response) => answer(response, 503, null);
    };
    server.react = (response) => response.destroy();
    assert.deepEqual(
      await sent(server, 2, { first }),
      repeated(2, "destination transient HTTP 503"),
    );
  });

  it("for good, in the middle of an instance: nor is that", async () => {
    const server = await StowServer.listen();
    server.react = () => void server[Symbol.asyncDispose]();
    const fates = await sent(server, 2, { first: probing });
    assert.deepEqual(fates, repeated(2, "destination transient ECONNREFUSED"));
  });

  it("while the connection rested: what was on its way goes over another one, once", async () => {
    await using server = await StowServer.listen();
    await using stowing = await Stowing.open();
    const sender = await stowing.senders({ Url: server.url }).open();
    const [first, second] = await stowing.items([madeInstance(), madeInstance()]);
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual(await fatesOf(sender, [first]), ["delivered"]);
    let cuts = 0;
    server.react = (response, { uids }) => {
      cuts += 1;
      if (cuts === 1) response.destroy();
      else answer(response, 200, storedOf(uids));
    };
    assert.deepEqual(await fatesOf(sender, [second]), ["delivered"]);
    assert.equal(server.connections, 2);
    await sender.close();
  });

  it("by not being there", async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    assert.deepEqual(await sent({ url }, 2), repeated(2, "destination transient ECONNREFUSED"));
  });

  it("by speaking no HTTP", async () => {
    await using server = await listening((socket) => socket.write("220 mail.example ESMTP\r\n"));
    assert.deepEqual(await sent(server, 1), ["destination transient PROTOCOL"]);
  });

  it("by taking nothing any more", async () => {
    await using server = await listening((socket) => socket.pause());
    const fates = await sent(server, 1, { timeout: 0.2, bytes: 20_000_000 });
    assert.deepEqual(fates, ["destination transient TIMED_OUT"]);
  });

  it("by never answering", async () => {
    await using server = await listening((socket) => socket.resume());
    const fates = await sent(server, 1, { responseMs: 300 });
    assert.deepEqual(fates, ["destination transient TIMED_OUT"]);
  });

  it("by never ending its answer: what was on its way is not taken for lost with a connection that rested", async () => {
    await using server = await StowServer.listen();
    await using stowing = await Stowing.open();
    const sender = await stowing.senders({ Url: server.url }, { responseMs: 2_000 }).open();
    const [first, second] = await stowing.items([madeInstance(), madeInstance()]);
    assert.ok(first !== undefined && second !== undefined);
    assert.deepEqual(await fatesOf(sender, [first]), ["delivered"]);
    server.react = (response) => void response.writeHead(200).write("[");
    assert.deepEqual(await fatesOf(sender, [second]), ["association transient TIMED_OUT"]);
    assert.equal(server.stowed.length, 2);
    await sender.close();
  });

  it("but a slow one that gets on is no trouble", async () => {
    await using server = await StowServer.listen();
    server.refuse = (request) => {
      // A pause after each piece: longer in all than nothing may move.
      request.on("data", () => {
        request.pause();
        void delay(20).then(() => request.resume());
      });
      return false;
    };
    const fates = await sent(server, 1, { timeout: 0.3, bytes: 10_000_000 });
    assert.deepEqual(fates, ["delivered"]);
  });

  it("with its answer in the middle of the body: that is heard, and the rest is not sent", async () => {
    await using server = await StowServer.listen();
    server.refuse = (_request, response) => {
      answer(response, 401, null);
      return true;
    };
    const fates = await sent(server, 1, { bytes: 50_000_000 });
    assert.deepEqual(fates, ["destination configuration HTTP 401"]);
  });

  it("and an answer without an end is not read to its end", async () => {
    await using server = await StowServer.listen();
    server.react = (response) => {
      const more = (): void => void (response.write("x".repeat(100_000)) ? setImmediate(more) : 0);
      response.on("drain", more);
      more();
    };
    assert.deepEqual(await sent(server, 1), ["instance transient UNCONFIRMED"]);
  });

  it("we end it within a second, in the middle of an instance", async () => {
    await using server = await listening((socket) => socket.pause());
    await using stowing = await Stowing.open();
    const items = await stowing.items([madeInstance(undefined, 20_000_000)]);
    const sender = await stowing.senders({ Url: server.url }).open();
    const fates = fatesOf(sender, items);
    await delay(100);
    const started = performance.now();
    sender.abort();
    assert.match((await fates).join(), /ENDED/);
    assert.ok(performance.now() - started < 1_000);
  });
});

const probing = (senders: StowSenders): Promise<void> => senders.probe();

const repeated = (count: number, fate: string): string[] =>
  Array.from({ length: count }, () => fate);

interface Sending {
  readonly first?: (senders: StowSenders) => Promise<void>;
  readonly timeout?: number;
  readonly responseMs?: number;
  readonly bytes?: number;
}

/** What becomes of instances that are sent there. */
async function sent(
  { url }: { readonly url: string },
  count: number,
  { first, timeout = 60, responseMs = 60_000, bytes = 2_000 }: Sending = {},
): Promise<string[]> {
  await using stowing = await Stowing.open();
  const instances = Array.from({ length: count }, () => madeInstance(undefined, bytes));
  const items = await stowing.items(instances);
  const senders = stowing.senders({ Url: url, Timeout: timeout }, { responseMs });
  await first?.(senders);
  const sender: Sender = await senders.open();
  const fates = await fatesOf(sender, items);
  await sender.close();
  return fates;
}

interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** Whatever takes a connection and does this with it. */
async function listening(then: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    then(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = server.address();
  const port = place !== null && typeof place === "object" ? place.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
