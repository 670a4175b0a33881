import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { errorCodes, failureCodes } from "../../src/index.ts";
import { ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("services")));
after(() => workshop.remove());

interface Shown {
  readonly ErrorCode: number;
  readonly ErrorDescription: string;
  readonly ErrorDetails: string;
  readonly BatonError: object;
}

async function failed(one: ServicesHost, code: string): Promise<Shown> {
  const id = await one.text("POST", `fail?code=${code}`);
  await one.host.waitJob(id);
  return (await (await fetch(`${one.host.url}/jobs/${id}`)).json()) as Shown;
}

for (const isolation of ["none", "process"] as const) {
  describe(`the metrics of native plugins (isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("are the host's, by plugin and name, as they were set last", async () => {
      const one = await ServicesHost.open([{ path: library, isolation }]);
      assert.deepEqual(one.host.metrics(), []);
      assert.equal(await one.status("POST", "metric?name=queue_length&value=3.5"), "OK");
      assert.equal(await one.status("POST", "metric?name=open&value=1"), "OK");
      assert.equal(await one.status("POST", "metric?name=queue_length&value=-2"), "OK");
      assert.equal(await one.status("POST", "metric?name=Open&value=1"), "INVALID_ARGUMENT");
      assert.equal(await one.status("POST", "metric?name=nothing&value=nan"), "INVALID_ARGUMENT");
      assert.deepEqual(one.host.metrics(), [
        { plugin: "services", name: "open", value: 1 },
        { plugin: "services", name: "queue_length", value: -2 },
      ]);
      await one.close();
      assert.deepEqual(one.host.metrics(), []);
    });
  });
}

for (const isolation of ["none", "process"] as const) {
  describe(
    `an error code that a native plugin describes (isolation: ${isolation})`,
    { timeout: 60_000 },
    () => {
      it("is explained beside the message of a job that failed with it", async () => {
        await using one = await ServicesHost.open([{ path: library, isolation }]);
        const text = "The remote side refused the file.";
        const query = new URLSearchParams({ code: "REMOTE_REFUSED", text });
        assert.equal(await one.status("POST", `error?${String(query)}`), "OK");
        assert.equal(await one.status("POST", `error?${String(query)}`), "NAME_TAKEN");
        const shown = await failed(one, "REMOTE_REFUSED");
        assert.deepEqual(shown.BatonError, {
          Code: "REMOTE_REFUSED",
          Description: text,
          Message: "this one",
          Attempt: 1,
        });
        // Orthanc's clients see Orthanc's words.
        assert.equal(shown.ErrorCode, 1);
        assert.equal(shown.ErrorDescription, "Error encountered within the plugin engine");
        assert.equal(shown.ErrorDetails, "this one");
        const list = (await (await fetch(`${one.host.url}/jobs?expand`)).json()) as Shown[];
        assert.deepEqual(list[0]?.BatonError, shown.BatonError);
        const other = await failed(one, "OTHER");
        assert.deepEqual(other.BatonError, { Code: "OTHER", Message: "this one", Attempt: 1 });
      });

      it("is never one of the host's own", async () => {
        await using one = await ServicesHost.open([{ path: library, isolation }]);
        for (const code of [...Object.keys(errorCodes), ...Object.keys(failureCodes)]) {
          assert.equal(await one.status("POST", `error?code=${code}&text=x`), "NAME_TAKEN", code);
        }
      });
    },
  );
}

describe("a native plugin that calls wrongly", { timeout: 60_000 }, () => {
  it("is told so, and nothing happens", async () => {
    await using one = await ServicesHost.open([library]);
    const lines = (await one.text("GET", "wrong")).split("\n").slice(0, -1);
    const told = Object.fromEntries(lines.map((text) => text.split(" ")));
    const [invalid, unsupported, tooLarge, taken] = ["1", "15", "14", "12"];
    assert.deepEqual(told, {
      "rest-no-host": invalid,
      "rest-no-path": invalid,
      "rest-no-status": invalid,
      "rest-not-utf8": invalid,
      "rest-no-header": invalid,
      "rest-long-path": tooLarge,
      "rest-long-body": tooLarge,
      "property-no-name": invalid,
      "property-not-utf8": invalid,
      "property-long-name": tooLarge,
      "property-long": tooLarge,
      "property-no-bytes": invalid,
      "property-no-sink": invalid,
      "metric-no-name": invalid,
      "metric-not-utf8": invalid,
      "metric-long-name": tooLarge,
      "error-no-code": invalid,
      "error-no-text": invalid,
      "error-not-utf8": invalid,
      "error-long-text": tooLarge,
      "error-own-code": taken,
      "error-own-call-code": taken,
      "error-http": unsupported,
      "subscribe-nothing": invalid,
      "subscribe-unknown": unsupported,
      "subscribe-no-listener": invalid,
    });
    assert.deepEqual(one.host.metrics(), []);
    assert.equal(await one.property("x"), "NOT_FOUND");
  });
});
