import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { RoutedQueue as Routed } from "./support/routed-queue.ts";
import { dressedInstance, type Elements } from "./support/dressed-instance.ts";
import { folderOf, watching } from "./support/folder-queue.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { until } from "./support/routed-queue.ts";

/** Of whom nothing may be read anywhere. */
const patient: Elements = {
  0x0008_0060: ["CS", "CT"],
  0x0008_0090: ["PN", "HIDDENDOCTOR^A"],
  0x0008_1030: ["LO", "HIDDEN STUDY"],
  0x0010_0010: ["PN", "HIDDEN^PATIENT"],
  0x0010_0020: ["LO", "HIDDEN-ID"],
  0x0010_0030: ["DA", "19010203"],
};
const hidden = /HIDDEN|19010203/i;

describe("nobody is named", () => {
  let peer: ReceivingPeer;
  let queue: Routed;
  let told = "";
  const write = process.stdout.write.bind(process.stdout);
  const writeError = process.stderr.write.bind(process.stderr);

  before(async () => {
    process.stdout.write = (text: never, ...rest: never[]) => {
      told += String(text);
      return write(text, ...rest);
    };
    process.stderr.write = (text: never, ...rest: never[]) => {
      told += String(text);
      return writeError(text, ...rest);
    };
    peer = await ReceivingPeer.listen();
    peer.answer = (_message, count) => (count % 2 === 0 ? 0xa900 : 0);
    queue = await watching(peer.port);
  });
  after(async () => {
    process.stdout.write = write;
    process.stderr.write = writeError;
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  it("in logs, metrics, lists, jobs, refusals and errors", async () => {
    const shown: string[] = [];
    const see = async (method: string, path: string, body?: Uint8Array | string): Promise<void> => {
      const init = body === undefined ? { method } : { method, body };
      shown.push(await (await fetch(`${queue.host.url}${path}`, init)).text());
    };
    const { file } = dressedInstance(patient);
    await see("POST", "/instances", file);
    await see("POST", "/instances", file.subarray(0, file.length - 8));
    await see("POST", "/instances", file.subarray(132));
    const { ID: id, ParentPatient: parent } = JSON.parse(shown[0] ?? "{}") as {
      ID: string;
      ParentPatient: string;
    };
    for (const one of [id, parent]) {
      await see("POST", "/modalities/pacs/store", JSON.stringify({ Resources: [one] }));
    }
    for (const name of ["HIDDEN^PATIENT.dcm", "HIDDEN_cut.dcm"]) {
      const bytes = name.includes("cut") ? file.subarray(0, 400) : dressedInstance(patient).file;
      await writeFile(join(folderOf(queue), name), bytes);
    }
    await until("all is done", async () => {
      const names = await readdir(folderOf(queue));
      return !names.some((name) => name.startsWith("HIDDEN"));
    });
    for (const path of [
      "/send-queue",
      "/send-queue/items",
      "/send-queue/errors",
      "/jobs?expand",
      "/metrics",
      "/tools/metrics-prometheus",
      "/modalities",
    ]) {
      await see("GET", path);
    }
    for (const job of queue.jobs()) {
      await see("GET", `/jobs/${job.id}/logs`);
      await see("GET", `/jobs/${job.id}`);
    }
    assert.ok(shown.some((text) => text.includes("A900")));
    assert.ok(shown.some((text) => text.includes("cut off")));
    for (const text of [...shown, told]) assert.doesNotMatch(text, hidden);
  });

  it("and nothing outside is reached by the id of a resource", async () => {
    const files = await queue.spooled();
    const ids = ["../../jobs.sqlite", "..%2f..%2fjobs.sqlite", "/etc/passwd", "' OR 1=1 --", "%00"];
    for (const id of ids) {
      const [status] = await queue.call("POST", "/modalities/pacs/store", { Resources: [id] });
      assert.equal(status, 404, id);
      const [shown] = await queue.call("GET", `/send-queue/items/${encodeURIComponent(id)}`);
      assert.equal(shown, 404, id);
      const [removed] = await queue.call("DELETE", `/send-queue/items/${encodeURIComponent(id)}`);
      assert.equal(removed, 404, id);
      const [modality] = await queue.call("POST", `/modalities/${encodeURIComponent(id)}/echo`);
      assert.equal(modality, 404, id);
    }
    const [status] = await queue.call("POST", "/send-queue/errors/requeue", { Study: "' OR 1=1" });
    assert.equal(status, 200);
    assert.deepEqual(await queue.spooled(), files);
  });
});
