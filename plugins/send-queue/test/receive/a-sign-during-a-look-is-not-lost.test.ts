import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Queue } from "../../src/queue/queue.ts";
import type { Intake } from "../../src/receive/intake.ts";
import { WatchedFolder } from "../../src/receive/folder/watched-folder.ts";
import { until } from "../support/routed-queue.ts";

const nobody = { name: "ct", to: null, done: "remove", stableMs: 0, rejectMs: 0 } as const;

/** Milliseconds: nobody waits for so long. */
const seldomMs = 3_600_000;

describe("a watched folder", () => {
  it("takes soon what comes while it is looked through", async () => {
    const path = await mkdtemp(join(tmpdir(), "watched-"));
    let isSecondThere = false;
    const taken: string[] = [];
    /** The system has told all who watch. */
    const told = Promise.withResolvers<void>();
    const watcher = watch(path, (_event, name) => {
      if (name === "second") told.resolve();
    });
    const call = async (name: string, given: { readonly file: string }): Promise<unknown> => {
      if (name !== "isTaken") return null;
      taken.push(given.file);
      if (isSecondThere) return true;
      isSecondThere = true;
      await writeFile(join(path, "second"), "");
      await told.promise;
      return true;
    };
    const folder = await WatchedFolder.open(
      { ...nobody, path, scanMs: seldomMs },
      {
        queue: { call } as unknown as Queue,
        intake: { takesCut: false } as Intake,
        log: (_level, text) => assert.fail(text),
      },
    );
    await writeFile(join(path, "first"), "");
    folder.begin();
    try {
      await until("the second is taken, too", () => taken.length === 2, 5);
    } finally {
      await folder.close();
      watcher.close();
      await rm(path, { recursive: true });
    }
  });
});
