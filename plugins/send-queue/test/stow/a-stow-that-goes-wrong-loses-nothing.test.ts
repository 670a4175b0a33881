import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Item } from "../../src/queue/item.ts";
import { madeInstance } from "../support/made-instance.ts";
import { answer, failedOf, storedOf, StowServer, type Reaction } from "../support/stow-server.ts";
import { fatesOf, Stowing } from "../support/stowing.ts";

const unconfirmed = "instance transient UNCONFIRMED";

describe("a STOW that goes wrong loses nothing", () => {
  it("200, and half of them silently dropped: those are not delivered", async () => {
    const fates = await after(4, (response, { uids }) =>
      answer(response, 200, storedOf(uids.slice(0, 2))),
    );
    assert.deepEqual(fates, ["delivered", "delivered", unconfirmed, unconfirmed]);
  });

  it("202, with what was stored and what was not, each by its own reason", async () => {
    const fates = await after(5, (response, { uids: [a = "", b = "", c = "", d = "", e = ""] }) =>
      answer(response, 202, {
        ...storedOf([a]),
        "00081198": {
          Value: [
            ...reasons(failedOf([b], 0xa900)),
            ...reasons(failedOf([c], 0xc000)),
            ...reasons(failedOf([d], 0xa700)),
            ...reasons(failedOf([e])),
          ],
        },
      }),
    );
    assert.deepEqual(fates, [
      "delivered",
      "instance permanent A900",
      "instance doubtful C000",
      "destination transient A700",
      "instance transient NO_REASON",
    ]);
  });

  it("200 with a warning is delivered, and the warning is kept", async () => {
    const fates = await after(1, (response, { uids }) =>
      answer(response, 200, storedOf(uids, 0xb000)),
    );
    assert.deepEqual(fates, ["delivered B000"]);
  });

  it("400 that tells of those that were stored: only the other is refused, and is sent alone", async () => {
    await using server = await StowServer.listen();
    let poison = "";
    server.react = (response, { uids }) => {
      poison ||= uids[3] ?? "";
      const stored = uids.filter((uid) => uid !== poison);
      answer(response, stored.length < uids.length ? 400 : 200, storedOf(stored));
    };
    const fates = await sent(server, 10);
    assert.equal(fates[3], "instance permanent HTTP 400");
    assert.equal(fates.filter((fate) => fate === "delivered").length, 9);
    assert.deepEqual(
      server.stowed.map(({ uids }) => uids.length),
      [10, 1],
    );
  });

  for (const status of [400, 409]) {
    it(`${status} that tells of none: halves, until the one is found that is refused`, async () => {
      await using server = await StowServer.listen();
      let poison = "";
      server.react = (response, { uids }) => {
        poison ||= uids[6] ?? "";
        const isRefused = uids.includes(poison);
        answer(response, isRefused ? status : 200, isRefused ? null : storedOf(uids));
      };
      const fates = await sent(server, 10);
      assert.equal(fates[6], `instance permanent HTTP ${status}`);
      assert.equal(fates.filter((fate) => fate === "delivered").length, 9);
      assert.deepEqual(
        [...server.counts.values()].toSorted((a, b) => a - b),
        [2, 2, 2, 2, 2, 3, 3, 4, 5, 5],
      );
    });
  }

  it("413: smaller batches from then on, and what alone is too large is refused", async () => {
    await using server = await StowServer.listen();
    server.react = (response, { files, uids }) => {
      const size = files.reduce((sum, file) => sum + file.length, 0);
      const isLarge = size > 25_000;
      answer(response, isLarge ? 413 : 200, isLarge ? null : storedOf(uids));
    };
    await using stowing = await Stowing.open();
    const sizes = [8_000, 8_000, 8_000, 8_000, 60_000, 8_000, 8_000, 8_000, 8_000, 8_000];
    const instances = sizes.map((size) => madeInstance(undefined, size));
    const senders = stowing.senders({ Url: server.url });
    const sender = await senders.open();
    const fates = await fatesOf(sender, await stowing.items(instances));
    assert.equal(fates[4], "instance permanent HTTP 413");
    assert.equal(fates.filter((fate) => fate === "delivered").length, 9);
    const before = server.stowed.length;
    const small = Array.from({ length: 10 }, () => madeInstance(undefined, 8_000));
    const next = await fatesOf(await senders.open(), await stowing.items(small));
    assert.deepEqual(new Set(next), new Set(["delivered"]));
    const most = Math.max(...server.stowed.slice(before).map(({ uids }) => uids.length));
    assert.ok(most < 10, `the next request had ${most}`);
    await sender.close();
  });

  it("411: from then on each request says how long it is", async () => {
    await using server = await StowServer.listen();
    server.react = (response, { headers, uids }) => {
      const isKnown = headers["content-length"] !== undefined;
      answer(response, isKnown ? 200 : 411, isKnown ? storedOf(uids) : null);
    };
    assert.deepEqual(await sent(server, 2), ["delivered", "delivered"]);
  });

  for (const [what, reaction] of Object.entries({
    "no body": (response) => answer(response, 200, null),
    "what is no JSON": (response) => response.end("<html>Thank you</html>"),
    "another UID": (response) => answer(response, 200, storedOf(["2.25.9"])),
    "other failures, without UIDs": (response) =>
      answer(response, 200, {
        ...storedOf([]),
        "0008119A": { vr: "SQ", Value: [{ "00081197": { vr: "US", Value: [0xa700] } }] },
      }),
  } satisfies Record<string, Reaction>)) {
    it(`200 with ${what} confirms nothing`, async () => {
      assert.deepEqual(await after(2, reaction), [unconfirmed, unconfirmed]);
    });
  }

  for (const [status, fate] of [
    [503, "destination transient HTTP 503"],
    [429, "destination transient HTTP 429"],
    [507, "destination transient HTTP 507"],
    [401, "destination configuration HTTP 401"],
    [404, "destination configuration HTTP 404"],
    [302, "destination configuration HTTP 302"],
  ] as const) {
    it(`${status} is the destination's trouble, not the instances'`, async () => {
      await using server = await StowServer.listen();
      server.react = (response) =>
        response
          .writeHead(status, { Location: `${server.url}/elsewhere`, "Retry-After": "7" })
          .end();
      assert.deepEqual(await sent(server, 2), [fate, fate]);
      assert.deepEqual(server.asked, ["POST /dicom-web/studies"]);
    });
  }

  it("503 that tells of one that was stored: that one is delivered", async () => {
    const fates = await after(2, (response, { uids: [first = ""] }) =>
      answer(response, 503, storedOf([first])),
    );
    assert.deepEqual(fates, ["delivered", "destination transient HTTP 503"]);
  });
});

/** What became of `count` instances that a server reacted to so. */
async function after(count: number, react: Reaction): Promise<string[]> {
  await using server = await StowServer.listen();
  server.react = react;
  return await sent(server, count);
}

async function sent(server: StowServer, count: number): Promise<string[]> {
  await using stowing = await Stowing.open();
  const instances = Array.from({ length: count }, () => madeInstance());
  const items: Item[] = await stowing.items(instances);
  const sender = await stowing.senders({ Url: server.url }).open();
  const fates = await fatesOf(sender, items);
  await sender.close();
  return fates;
}

const reasons = (failed: object): readonly unknown[] =>
  (failed as { "00081198": { Value: unknown[] } })["00081198"].Value;
