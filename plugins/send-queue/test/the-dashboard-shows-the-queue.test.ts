import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Panel, PanelCard } from "../../../src/sdk.ts";
import { FaultyPeer } from "./support/faulty-peer.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { madeInstance } from "./support/made-instance.ts";
import { QueueHost } from "./support/queue-host.ts";

async function panelOf(host: QueueHost): Promise<Panel> {
  const [status, panel] = await host.call("GET", "/send-queue/panel");
  assert.equal(status, 200);
  return panel as unknown as Panel;
}

async function cardOf(host: QueueHost, title: string): Promise<PanelCard> {
  const { sections } = await panelOf(host);
  const card = sections.flatMap(({ cards }) => cards).find((one) => one.title === title);
  assert.ok(card !== undefined, title);
  return card;
}

const factOf = ({ facts = [] }: PanelCard, name: string): unknown =>
  facts.find((fact) => fact.name === name)?.value;

async function press(host: QueueHost, { actions = [] }: PanelCard, label: string): Promise<void> {
  const action = actions.find((one) => one.label === label);
  assert.ok(
    action !== undefined,
    `${label} is not among ${actions.map((one) => one.label).join(", ")}`,
  );
  const [status] = await host.call(action.method, action.path, action.body as object | undefined);
  assert.equal(status, 200);
}

describe("the dashboard shows the queue", () => {
  it("as a panel of the host, by its title", async () => {
    await using host = await QueueHost.open({});
    const [, { Panels: panels }] = await host.call("GET", "/plugins/send-queue");
    assert.deepEqual(panels, [{ Path: "/send-queue/panel", Title: "Send queue" }]);
  });

  it("each destination with what waits and why, and buttons that do what they say", async () => {
    await using peer = await FaultyPeer.listen();
    const nobody = await freePort();
    await using host = await QueueHost.open(
      { pacs: peer.port, gone: nobody },
      { defaults: { Retry: { First: 60, Factor: 2, Max: 600, Jitter: 0 } } },
    );
    const instance = madeInstance();
    await host.send("pacs", [instance]);
    await host.store("gone", await host.take([instance]));
    await host.until("pacs", ({ Sent: sent }) => sent === 1);
    await host.until("gone", ({ State: state }) => state === "Backoff");

    const gone = await cardOf(host, "gone");
    assert.equal(gone.state, "In trouble");
    assert.equal(gone.tone, "trouble");
    assert.match(gone.note ?? "", /ECONNREFUSED/);
    assert.equal(factOf(gone, "Waiting"), 1);
    assert.ok(Number(factOf(gone, "Next try")) > Date.now());
    const pacs = await cardOf(host, "pacs");
    assert.equal(pacs.state, "Ready");
    assert.equal(factOf(pacs, "Sent"), 1);
    assert.equal(typeof factOf(pacs, "Rate"), "number");

    await press(host, gone, "Pause");
    const paused = await cardOf(host, "gone");
    assert.equal(paused.state, "Paused");
    await press(host, paused, "Resume");
    assert.equal((await cardOf(host, "gone")).state, "In trouble");
  });

  it("a button that gives all to another destination, where nothing is sent, and none elsewhere", async () => {
    await using peer = await FaultyPeer.listen();
    await using host = await QueueHost.open(
      { pacs: peer.port, gone: await freePort() },
      { defaults: { Retry: { First: 60, Factor: 2, Max: 600, Jitter: 0 } } },
    );
    await host.send("gone", [madeInstance()]);
    await host.until("gone", ({ State: state }) => state === "Backoff");
    const labels = async (name: string): Promise<readonly string[]> =>
      ((await cardOf(host, name)).actions ?? []).map(({ label }) => label);
    assert.deepEqual(await labels("pacs"), ["Pause", "Ask whether it is there"]);
    await press(host, await cardOf(host, "gone"), "Give all to pacs");
    await host.until("pacs", ({ Sent: sent }) => sent === 1);
    assert.ok(!(await labels("gone")).includes("Give all to pacs"), "nothing is left there");
  });

  it("a button that tries the errors of one destination again, and of no other", async () => {
    let status = 0xa900;
    await using peer = await FaultyPeer.listen({ answer: () => status });
    await using other = await FaultyPeer.listen({ answer: () => 0xa900 });
    await using host = await QueueHost.open({ pacs: peer.port, vna: other.port });
    const instance = madeInstance();
    await host.send("pacs", [instance]);
    await host.store("vna", await host.take([instance]));
    for (const name of ["pacs", "vna"]) {
      await host.until(name, ({ Failed: failed }) => failed === 1);
    }
    status = 0;
    const before = await host.items("destination=vna");
    await press(host, await cardOf(host, "pacs"), "Try its errors again");
    assert.deepEqual(await host.items("destination=vna"), before);
    await host.until("pacs", ({ Sent: sent, Failed: failed }) => sent === 1 && failed === 0);
    assert.deepEqual(await host.items("destination=vna"), before);
  });

  it("the errors with their reason, to try again or to remove, and no patient", async () => {
    let status = 0xa900;
    await using peer = await FaultyPeer.listen({ answer: () => status });
    await using host = await QueueHost.open({ pacs: peer.port });
    const [kept, dropped] = [madeInstance(), madeInstance()];
    await host.send("pacs", [kept, dropped]);
    await host.until("pacs", ({ Failed: failed }) => failed === 2);

    const card = await cardOf(host, kept.sopInstance);
    assert.match(card.note ?? "", /A900/);
    assert.equal(card.state, "pacs");
    const [, errors] = (await panelOf(host)).sections;
    assert.equal(errors?.actions?.length, 1);
    assert.doesNotMatch(JSON.stringify(errors), /patient|\^/i);

    await press(host, await cardOf(host, dropped.sopInstance), "Remove");
    status = 0;
    await press(host, card, "Try again");
    await host.until("pacs", ({ Sent: sent, Failed: failed }) => sent === 1 && failed === 0);
    const [, none] = (await panelOf(host)).sections;
    assert.deepEqual(none?.cards, []);
    assert.equal(none?.actions, undefined);
  });
});
