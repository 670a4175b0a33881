import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { openHost, StepResult, type Host, type HostOptions } from "../../../src/index.ts";
import { openReceiver } from "./receiver.ts";

const run = (host: Host, type: string, result: StepResult) =>
  host.submitJobAndWait(host.createJob({ type, payload: null, step: () => result }));

void describe("a webhook", () => {
  void it("is told of submits and ends, in order, with the job as REST shows it", async () => {
    await using receiver = await openReceiver();
    await using host = await openHost({ http: { port: 0 }, webhooks: [{ url: receiver.url }] });
    const { id } = await run(host, "send", StepResult.success);
    await run(host, "send", StepResult.failure("NO", "no"));
    await receiver.count(4);
    const told = receiver.received.map(({ json }) => [json.Event, json.Job.State]);
    assert.deepEqual(told, [
      ["submitted", "Pending"],
      ["success", "Success"],
      ["submitted", "Pending"],
      ["failure", "Failure"],
    ]);
    const [, success] = receiver.received;
    assert.ok(success);
    const rest = (await (await fetch(`${host.url}/jobs/${id}`)).json()) as { Timestamp: string };
    const { Timestamp, ...job } = success.json.Job;
    assert.deepEqual({ ...job, Timestamp: rest.Timestamp }, rest);
    assert.match(Timestamp, /^\d{8}T\d{6}\.\d{6}$/);
    const { headers } = success;
    assert.equal(headers["content-type"], "application/json; charset=utf-8");
    assert.equal(headers["webhook-signature"], undefined);
    const ids = receiver.received.map((each) => each.headers["webhook-id"]);
    assert.equal(new Set(ids).size, 4);
  });

  void it("is told only of the events and types it wants", async () => {
    await using receiver = await openReceiver();
    const webhooks = [{ url: receiver.url, events: ["running", "success"], types: ["a"] }] as const;
    await using host = await openHost({ webhooks });
    await run(host, "b", StepResult.success);
    await run(host, "a", StepResult.success);
    await receiver.count(2);
    assert.deepEqual(
      receiver.received.map(({ json }) => [json.Event, json.Job.Type]),
      [
        ["running", "a"],
        ["success", "a"],
      ],
    );
  });

  void it("is signed as Standard Webhooks says", async () => {
    await using receiver = await openReceiver();
    const key = Buffer.from("0123456789abcdef01234567");
    const webhooks = [
      { url: receiver.url, secret: `whsec_${key.toString("base64")}` },
      { url: receiver.url, secret: "plain" },
    ];
    await using host = await openHost({ webhooks });
    await run(host, "a", StepResult.success);
    await receiver.count(4);
    const keys = new Set<string>();
    for (const { headers, text } of receiver.received) {
      const stamp = headers["webhook-timestamp"];
      assert.ok(Math.abs(Number(stamp) - Date.now() / 1_000) < 60);
      const signed = `${String(headers["webhook-id"])}.${String(stamp)}.${text}`;
      const of = [key, Buffer.from("plain")].find(
        (one) =>
          `v1,${createHmac("sha256", one).update(signed).digest("base64")}` ===
          headers["webhook-signature"],
      );
      assert.ok(of, "signed with no key of ours");
      keys.add(of.toString());
    }
    assert.equal(keys.size, 2);
  });

  void it("is in the figures, without its path", async () => {
    await using receiver = await openReceiver();
    await using host = await openHost({ http: { port: 0 }, webhooks: [{ url: receiver.url }] });
    await run(host, "a", StepResult.success);
    await receiver.count(2);
    const { host: where } = new URL(receiver.url);
    let text = "";
    // The last answer may be on its way.
    while (!text.includes(`baton_webhook_delivered_total{hook="0",host="${where}"} 2`)) {
      text = await (await fetch(`${host.url}/metrics`)).text();
    }
    assert.ok(!text.includes("/hook"));
  });

  const wrong: readonly [string, unknown, RegExp][] = [
    ["no address", { url: "x" }, /must begin with http/],
    ["a file", { url: "file:///etc" }, /must begin with http/],
    ["a password", { url: "http://a:secret@b/" }, /webhook at b has a user/],
    ["an unknown event", { url: "http://b/", events: ["succes"] }, /no event "succes"/],
    ["an unknown option", { url: "http://b/", Events: [] }, /no option "Events"/],
    ["an empty secret", { url: "http://b/", secret: "whsec_" }, /secret of a webhook/],
  ];
  for (const [what, webhook, message] of wrong) {
    void it(`cannot have ${what}`, async () => {
      const webhooks = [webhook] as HostOptions["webhooks"] & object;
      await assert.rejects(openHost({ webhooks }), { code: "CONFIG_INVALID", message });
    });
  }
});
