import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { createApp } from "../../../src/http/app.ts";
import { clientOf } from "../../../src/http/doors/client-address.ts";
import { limitConnections } from "../../../src/http/doors/connections.ts";
import { completeDoors } from "../../../src/http/doors/door-options.ts";
import { completeLimits } from "../../../src/http/doors/limits.ts";
import { RequestRates } from "../../../src/http/doors/request-rates.ts";
import { loopback, noRoutes, ScriptedJobs } from "../scripted-host.ts";

type InjectResult = Awaited<ReturnType<ReturnType<typeof createApp>["fastify"]["inject"]>>;

/** Of a connection, what is needed to count it. */
class FakeSocket extends EventEmitter {
  isDestroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

describe("a limit", () => {
  it("of connections counts those of each address of other machines", () => {
    const server = createServer();
    limitConnections(server, completeLimits({ connectionsPerAddress: 2 }));
    const from = (remoteAddress: string): FakeSocket => {
      const socket = new FakeSocket(remoteAddress);
      server.emit("connection", socket as unknown as Socket);
      return socket;
    };
    const [first, second, third] = ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"].map(from);
    assert.deepEqual(
      [first, second, third].map((socket) => socket?.isDestroyed),
      [false, false, true],
    );
    assert.equal(from("192.0.2.2").isDestroyed, false);
    third?.emit("close");
    first?.emit("close");
    assert.equal(from("192.0.2.1").isDestroyed, false);
    const local = Array.from({ length: 5 }, () => from("127.0.0.1").isDestroyed);
    assert.deepEqual(new Set(local), new Set([false]));
  });

  it("of requests lets twice a second's come at once, and then each in its time", () => {
    const time = { now: 0 };
    const rates = new RequestRates(10, () => time.now);
    const waits = Array.from({ length: 21 }, () => rates.count("192.0.2.1"));
    assert.deepEqual(waits, [...Array<number>(20).fill(0), 100]);
    assert.equal(rates.count("192.0.2.2"), 0);
    time.now = 100;
    assert.deepEqual([rates.count("192.0.2.1"), rates.count("192.0.2.1")], [0, 100]);
    const unbounded = new RequestRates(0, () => 0);
    for (let number = 0; number < 1_000; number += 1) assert.equal(unbounded.count("x"), 0);
  });

  it("of requests is 429 to another machine, and none to this one", async () => {
    const doors = completeDoors({ limits: { requestsPerSecond: 1 } }, loopback.address);
    const jobs = new ScriptedJobs();
    const app = createApp({ jobs, routes: noRoutes, onError: () => {}, doors });
    const ask = async (remoteAddress: string): Promise<InjectResult> =>
      app.fastify.inject({ url: "/jobs", remoteAddress });
    const far = await Promise.all(["1", "1", "1"].map((last) => ask(`192.0.2.${last}`)));
    assert.deepEqual(
      far.map(({ statusCode }) => statusCode),
      [200, 200, 429],
    );
    assert.equal(far[2]?.headers["retry-after"], "1");
    const near = await Promise.all(Array.from({ length: 9 }, () => ask("127.0.0.1")));
    assert.ok(near.every(({ statusCode }) => statusCode === 200));
  });

  it("is refused where it makes no sense", () => {
    assert.throws(() => completeLimits({ bodyBytes: 0 }), /bodyBytes must be a whole number from/);
    assert.throws(() => completeLimits({ headers: 2_001 }), /headers must be/);
    assert.throws(() => completeLimits({ speed: 1 } as never), /no option "speed" of limits/);
  });
});

describe("a client", () => {
  it("is an address, and of IPv6 its network", () => {
    for (const [address, client] of [
      ["192.0.2.1", "192.0.2.1"],
      ["::ffff:192.0.2.1", "192.0.2.1"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
      ["2001:db8::1", "2001:db8:0:0::/64"],
      ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ] as const) {
      assert.equal(clientOf(address), client);
    }
  });
});
