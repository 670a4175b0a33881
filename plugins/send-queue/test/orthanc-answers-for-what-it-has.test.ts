import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { hasPeer, PeerProcess } from "./support/peers.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

/** The first that it stores it loses. */
const forgetful = `
local isFirst = true
function OnStoredInstance(id, tags, metadata, origin)
  if isFirst then
    isFirst = false
    Delete(id)
  end
end`;

describe("Orthanc answers for what it has", () => {
  it("and is sent again what it has lost", async (test) => {
    if (!hasPeer(test, "Orthanc")) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    test.after(() => rm(folder, { recursive: true }));
    const [ours, theirs, http] = [await freePort(), await freePort(), await freePort()];
    await writeFile(join(folder, "forget.lua"), forgetful);
    const config = {
      StorageDirectory: join(folder, "storage"),
      IndexDirectory: join(folder, "storage"),
      LuaScripts: [join(folder, "forget.lua")],
      HttpPort: http,
      AuthenticationEnabled: false,
      DicomPort: theirs,
      DicomAet: "ORTHANC",
      DicomModalities: { sendq: ["SENDQ", "127.0.0.1", ours] },
    };
    await writeFile(join(folder, "orthanc.json"), JSON.stringify(config));
    await using orthanc = await PeerProcess.listening(
      "Orthanc",
      [join(folder, "orthanc.json")],
      http,
    );
    {
      await using queue = await ServedQueue.open(
        { orthanc: theirs },
        { Defaults: { StorageCommitment: true, Concurrency: 1 } },
        { DicomServerEnabled: true, DicomPort: ours },
      );
      const instances = [madeInstance(), madeInstance(), madeInstance()];
      const job = await queue.send("orthanc", instances);
      assert.equal((await queue.host.waitJob(job)).state, "succeeded");
      const items = (): ReturnType<typeof queue.items> => queue.items("destination=orthanc");
      await until("it answers for all", async () =>
        (await items()).every(({ Commitment: one }) => one === "Committed"),
      );
      assert.deepEqual(
        (await items()).map(({ ErrorCode: code }) => code),
        ["commitment 0112", undefined, undefined],
        orthanc.output,
      );
      const kept = await fetch(`http://127.0.0.1:${http}/instances`);
      assert.equal(((await kept.json()) as unknown[]).length, 3);
    }
  });
});
