import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { madeInstance } from "../support/made-instance.ts";
import { hasOrthanc, OrthancPeer } from "../support/orthanc-peer.ts";
import { RoutedQueue } from "../support/routed-queue.ts";
import { answer, storedOf, StowServer } from "../support/stow-server.ts";
import { fatesOf, Stowing } from "../support/stowing.ts";

const foundOf = (...uids: readonly string[]): readonly object[] =>
  uids.map((uid) => ({ "00080018": { vr: "UI", Value: [uid] } }));

/** The UID that a search is for; null: it is for no instance. */
const wantedIn = (url: string): string | null =>
  /\/instances\?SOPInstanceUID=([0-9.]+)&limit=1$/.exec(url)?.[1] ?? null;

const always = async (): Promise<boolean> => true;
const searchesOf = ({ asked }: StowServer): number =>
  asked.filter((line) => line.startsWith("GET")).length;

async function fates(server: StowServer, count: number, isOnly = always): Promise<string[]> {
  await using stowing = await Stowing.open();
  const instances = Array.from({ length: count }, () => madeInstance());
  const sender = await stowing.senders({ Url: server.url }, {}, isOnly).open();
  const became = await fatesOf(sender, await stowing.items(instances));
  await sender.close();
  return became;
}

const unconfirmed = "instance transient UNCONFIRMED";

describe("a server is asked what it has", () => {
  it("of what it says nothing of, and what it has is delivered, with a warning", async () => {
    await using server = await StowServer.listen();
    let first = "";
    server.react = (response, { uids: [a = "", b = ""] }) => {
      first = b;
      answer(response, 200, storedOf([a]));
    };
    server.find = (response, url) =>
      answer(response, 200, wantedIn(url) === first ? foundOf(first) : []);
    assert.deepEqual(await fates(server, 3), ["delivered", "delivered UNCONFIRMED", unconfirmed]);
    assert.equal(searchesOf(server), 2);
  });

  it("of what it refuses as a conflict, and of nothing else that it refuses", async () => {
    for (const [status, fate] of [
      [409, "delivered HTTP 409"],
      [400, "instance permanent HTTP 400"],
      [503, "destination transient HTTP 503"],
    ] as const) {
      await using server = await StowServer.listen();
      server.react = (response) => answer(response, status, null);
      server.find = (response, url) => answer(response, 200, foundOf(wantedIn(url) ?? ""));
      assert.deepEqual(await fates(server, 1), [fate]);
    }
  });

  for (const [what, find] of Object.entries({
    "with whatever it has": (response) => answer(response, 200, foundOf("2.25.1", "2.25.2")),
    "with nothing": (response) => response.writeHead(204).end(),
    "with what is no list": (response) => answer(response, 200, foundOf("2.25.1")[0]),
    "that it cannot": (response) => answer(response, 501, null),
    "with another page": (response) => response.end("<html></html>"),
  } satisfies Record<string, (response: ServerResponse) => void>)) {
    it(`and has confirmed nothing when it answers ${what}`, async () => {
      await using server = await StowServer.listen();
      server.react = (response) => answer(response, 200, null);
      server.find = find;
      assert.deepEqual(await fates(server, 2), [unconfirmed, unconfirmed]);
      // Who cannot be asked is not asked again and again.
      assert.equal(searchesOf(server), what === "that it cannot" ? 1 : 2);
    });
  }

  it("not of an instance of which there are several versions, and not unless it is wanted", async () => {
    for (const [confirms, state] of [
      [true, ["Sent", "Failed"]],
      [false, ["Failed", "Failed"]],
    ] as const) {
      await using server = await StowServer.listen();
      server.react = (response) => answer(response, 200, null);
      server.find = (response, url) => answer(response, 200, foundOf(wantedIn(url) ?? ""));
      await using queue = await RoutedQueue.open({
        queue: { Destinations: { cloud: { ConfirmByQido: confirms, InstanceRetries: [] } } },
        more: { DicomWeb: { Servers: { cloud: { Url: server.url } } } },
      });
      const older = madeInstance();
      for (const one of [older, madeInstance(undefined, 3_000, older.sopInstance)]) {
        const body = { Resources: [await queue.take(one.file)] };
        const [status] = await queue.call("POST", "/dicom-web/servers/cloud/stow", body);
        assert.ok(status === 200 || status === 500);
      }
      const items = await queue.items();
      assert.deepEqual(
        items.map(({ State: one }) => one),
        state,
      );
      if (confirms) assert.equal(items[0]?.["Warning"], "UNCONFIRMED");
    }
  });

  it("as Orthanc understands it", async (test) => {
    if (!hasOrthanc(test)) return;
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    test.after(() => rm(folder, { recursive: true }));
    await using orthanc = await OrthancPeer.listening(folder);
    const [known, unknown] = [madeInstance(), madeInstance()];
    const { file: body } = known;
    await fetch(`${orthanc.url}/instances`, { method: "POST", body: new Uint8Array(body) });
    // It is asked for what it was not given: a server in between takes what is stowed.
    await using between = await StowServer.listen();
    between.react = (response) => answer(response, 200, null);
    between.find = (response, url) =>
      void fetch(`${orthanc.url}${url}`).then(async (found) =>
        response.writeHead(found.status).end(Buffer.from(await found.arrayBuffer())),
      );
    await using stowing = await Stowing.open();
    const sender = await stowing.senders({ Url: between.url }, {}, always).open();
    const became = await fatesOf(sender, await stowing.items([known, unknown]));
    await sender.close();
    assert.deepEqual(became, ["delivered UNCONFIRMED", unconfirmed]);
  });
});
