import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { openHost } from "../../src/index.ts";

const head = "POST /jobs HTTP/1.1\r\nhost: localhost\r\n";

describe("a client that sends a byte now and then", () => {
  for (const [part, start, drop] of [
    ["head", head, "x-a: 1\r\n"],
    ["body", `${head}content-length: 100000\r\n\r\n`, "x"],
  ] as const) {
    it(`in the ${part} of a request is closed in time, and keeps nobody else waiting`, async () => {
      const limits = { headTimeoutMs: 300, requestTimeoutMs: 600 };
      await using host = await openHost({ http: { port: 0, limits } });
      const { hostname, port } = new URL(String(host.url));
      const sockets = Array.from({ length: 50 }, () => connect(Number(port), hostname));
      const closed = sockets.map(async (socket) => {
        let answer = "";
        socket.on("data", (chunk) => (answer += String(chunk)));
        socket.on("error", () => {});
        socket.write(start);
        const dripping = setInterval(() => socket.write(drop), 20);
        await once(socket, "close");
        clearInterval(dripping);
        return answer;
      });
      assert.equal((await fetch(`${host.url}/jobs`)).status, 200);
      for (const answer of await Promise.all(closed)) {
        assert.match(answer, /^(HTTP\/1\.1 408 [^]*)?$/);
      }
    });
  }
});
