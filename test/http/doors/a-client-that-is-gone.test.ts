import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { createApp } from "../../../src/http/app.ts";
import { startServer } from "../../../src/http/server.ts";
import { loopback, noRoutes, ScriptedJobs, sendRaw } from "../scripted-host.ts";

describe("a request whose client was gone before anything looked at it", () => {
  for (const path of ["/jobs", "/%"]) {
    it(`is dropped, and nobody is told (${path})`, async () => {
      const errors: string[] = [];
      const onError = (text: string): void => void errors.push(text);
      const app = createApp({ jobs: new ScriptedJobs(), routes: noRoutes, onError });
      // As of a socket that was reset: the system does not know its other end any more.
      app.fastify.server.prependListener("request", ({ socket }: IncomingMessage) =>
        Object.defineProperty(socket, "remoteAddress", { value: undefined }),
      );
      const server = await startServer(app, loopback);
      const head = "HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
      assert.equal(await sendRaw(server.url, `GET ${path} ${head}`).catch(() => ""), "");
      await server.close();
      assert.deepEqual(errors, []);
    });
  }
});
