import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("teller")));
after(() => workshop.remove());

describe("the log of a native job", { timeout: 60_000 }, () => {
  it("has what its step logged, here and over REST, until the job is deleted", async () => {
    await using host = await openHost({ plugins: [library], http: { port: 0 } });
    const submitted = await fetch(`${host.url}/teller/jobs?text=here`, { method: "POST" });
    const id = await submitted.text();
    await host.waitJob(id);
    const lines = host.jobLogs(id).map(({ number, level, text }) => `${number} ${level} ${text}`);
    assert.deepEqual(lines, ["1 error here", "2 warning here", "3 info here", "4 debug here"]);
    const shown = (await (await fetch(`${host.url}/jobs/${id}/logs?since=3`)).json()) as Line[];
    assert.deepEqual(shown, [{ Level: "debug", Number: 4, Text: "here", Time: timeOf(shown[0]) }]);
    await host.deleteJob(id);
    assert.equal((await fetch(`${host.url}/jobs/${id}/logs`)).status, 404);
  });
});

interface Line {
  readonly Time: string;
}

function timeOf(line: Line | undefined): string {
  const time = line?.Time ?? "";
  assert.match(time, /^\d{8}T\d{6}\.\d{6}$/);
  return time;
}
