import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobEngineError } from "../../src/core/errors.ts";
import { createApp } from "../../src/http/app.ts";
import type { Backups } from "../../src/ports/backups.ts";
import { ScriptedJobs } from "./scripted-host.ts";

const database = "/var/lib/bat ön/baton.db";
const wanted = { "x-baton-database": encodeURIComponent(database) };

describe("POST /tools/backup", () => {
  it("answers with the bytes of a copy, and lets go of it", async () => {
    const backups = new ScriptedBackups();
    const answer = await ask(backups, wanted);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers["content-type"], "application/x-tar");
    assert.equal(answer.body, "a copy");
    assert.equal(backups.discarded, 1);
  });

  it("knows the database by each of its names", async () => {
    const real = { "x-baton-database": encodeURIComponent("/real/baton.db") };
    assert.equal((await ask(new ScriptedBackups(), real)).statusCode, 200);
  });

  it("copies whatever database the host has for whoever asks for *", async () => {
    assert.equal((await ask(new ScriptedBackups(), { "x-baton-database": "*" })).statusCode, 200);
  });

  const refusals: readonly (readonly [string, Record<string, string>, number, RegExp])[] = [
    ["the header is missing, as a page of another site would", {}, 400, /x-baton-database/],
    ["it came by a name, as after DNS rebinding", { ...wanted, host: "evil.test" }, 403, /address/],
    ["another database is meant", { "x-baton-database": "%2Fother.db" }, 404, /another database/],
  ];
  for (const [when, headers, status, details] of refusals) {
    it(`is refused if ${when}, and nothing is copied`, async () => {
      const backups = new ScriptedBackups();
      const answer = await ask(backups, headers);
      assert.equal(answer.statusCode, status);
      assert.match((JSON.parse(answer.body) as { Details: string }).Details, details);
      assert.ok(!answer.body.includes(database), "the path stays inside");
      assert.equal(backups.made, 0);
    });
  }

  for (const host of ["localhost:8042", "127.0.0.1", "[::1]:8042", "192.168.1.2:80"]) {
    it(`may come to ${host}`, async () => {
      assert.equal((await ask(new ScriptedBackups(), { ...wanted, host })).statusCode, 200);
    });
  }

  it("is refused while another is made, and when it could not be written", async () => {
    const busy = await ask(new ScriptedBackups(new JobEngineError("BUSY")), wanted);
    assert.deepEqual([busy.statusCode, codeOf(busy)], [503, "BUSY"]);
    const full = new JobEngineError("STORE_FAILED", "/secret is full");
    const failed = await ask(new ScriptedBackups(full), wanted);
    assert.deepEqual([failed.statusCode, codeOf(failed)], [503, "STORE_FAILED"]);
    assert.ok(!failed.body.includes("/secret"));
  });

  it("is refused by a host whose jobs are in memory", async () => {
    const answer = await ask(null, wanted);
    assert.deepEqual([answer.statusCode, codeOf(answer)], [501, "UNSUPPORTED"]);
  });

  it("is not a GET", async () => {
    assert.equal((await ask(new ScriptedBackups(), wanted, "GET")).statusCode, 405);
  });
});

class ScriptedBackups implements Backups {
  readonly databases = [database, "/real/baton.db"];
  made = 0;
  discarded = 0;
  readonly #failure: JobEngineError | null;

  constructor(failure: JobEngineError | null = null) {
    this.#failure = failure;
  }

  async backUp(): ReturnType<Backups["backUp"]> {
    if (this.#failure !== null) throw this.#failure;
    this.made += 1;
    const bytes = Buffer.from("a copy");
    const chunks = (async function* () {
      yield bytes;
    })();
    return { size: bytes.length, bytes: chunks, discard: () => void (this.discarded += 1) };
  }
}

function ask(
  backups: Backups | null,
  headers: Record<string, string>,
  method: "POST" | "GET" = "POST",
): Promise<{
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}> {
  const app = createApp({
    jobs: new ScriptedJobs(),
    routes: { find: () => null },
    backups,
    onError: () => undefined,
  });
  return app.fastify.inject({ method, url: "/tools/backup", headers });
}

const codeOf = ({ body }: { readonly body: string }): string =>
  (JSON.parse(body) as { BatonError: { Code: string } }).BatonError.Code;
