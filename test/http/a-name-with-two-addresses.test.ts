import assert from "node:assert/strict";
import dns from "node:dns";
import { describe, it } from "node:test";
import { createApp } from "../../src/http/app.ts";
import { startServer } from "../../src/http/server.ts";
import { noRoutes, ScriptedJobs } from "./scripted-host.ts";

const two = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }));

type Done = (error: null, found: unknown) => void;

/** What Node.js and Fastify ask for all addresses of a name. */
function lookup(name: string, _options: object, done: Done): void {
  done(null, name.startsWith("127") ? [{ address: name, family: 4 }] : two);
}

describe("localhost with two addresses", () => {
  it("is listened to at one of them: the limits hang on one server", async (test) => {
    test.mock.method(dns, "lookup", lookup as never);
    for (const address of ["localhost", "LOCALHOST"]) {
      const app = createApp({ jobs: new ScriptedJobs(), routes: noRoutes, onError: () => {} });
      const server = await startServer(app, { address, port: 0 });
      assert.equal(app.fastify.addresses().length, 1);
      assert.equal(new URL(server.url).hostname, "localhost");
      assert.equal((await fetch(`${server.url}/jobs`)).status, 200);
      await server.close();
    }
  });
});
