/** The entry of a worker: an environment of its own, with the plugin in it. */
import { workerData } from "node:worker_threads";
import type { CaseSpec } from "./case-spec.ts";
import { Stage } from "./stage.ts";

const stage = new Stage(workerData as CaseSpec);
const host = await stage.open();
await stage.send(host);
await stage.settle(host);
await host.close();
