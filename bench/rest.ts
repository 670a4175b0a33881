// How many GET /jobs/{id} a second, how long does a list of all jobs take, and how late is the event loop
// while a hundred clients hear of a thousand running jobs?
import { openHost, StepResult } from "../src/index.ts";
import { freePort } from "../test/support/free-port.ts";
import { interleave, type Extent, type Figure, type Instrument } from "./support/compare.ts";
import { eventLoad } from "./event-load.ts";
import { pairOfMs } from "./support/latency.ts";
import { startOrthanc } from "./support/orthanc.ts";
import { startClient } from "./support/rest-clients.ts";
import { makeScratch } from "./support/scratch.ts";

/** Jobs in the history. */
const kept = 10_000;
const connections = 8;
/** Requests each time. */
const gets = 5_000;
const lists = 5;

/** Yields the figures of requests beside Orthanc, then those of events. */
export async function* rest({ runs, largest }: Extent): AsyncGenerator<Figure> {
  const n = Math.min(kept, largest);
  await using client = startClient();
  await using scratch = await makeScratch();
  const httpPort = await freePort();
  const source = "orthanc-rest.c";
  await using orthanc = await startOrthanc(scratch, {
    source,
    concurrency: 2,
    historySize: n,
    httpPort,
  });
  await using host = await openHost({ http: { port: 0 }, historySize: n, limitJobs: 0 });
  let id = "";
  for (let number = 0; number < n; number++) {
    const getContent = (): { number: number } => ({ number });
    const job = { type: "rest.kept", payload: null, step: succeed, getContent };
    ({ id } = await host.submitJobAndWait(host.createJob(job)));
  }
  const asked = (name: string, url: string, known: string): Instrument => {
    return async () => ({
      [`${name} get`]: Number(
        await client.ask(`get ${url}/jobs/${known} ${Math.min(gets, n)} ${connections}`),
      ),
      [`${name} list`]: Number(await client.ask(`get ${url}/jobs?expand ${lists} 1`)),
    });
  };
  const instruments = [asked("rest", host.url ?? "", id)];
  if (orthanc !== null) {
    const known = await orthanc.ask(`keep ${n}`);
    instruments.push(asked("Orthanc", `http://127.0.0.1:${httpPort}`, known));
  }
  // Until everything is compiled.
  for (const instrument of instruments) await instrument(n);
  yield* await interleave({ n, runs }, instruments, [
    { ours: "rest get", peer: "Orthanc get", unit: "/s" },
    pairOfMs("rest list", "Orthanc list"),
  ]);
  yield* await eventLoad({ runs, largest }, client);
}

const succeed = (): StepResult => StepResult.success;
