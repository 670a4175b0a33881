export { FakeClock } from "./fake-clock.ts";
export { Gate } from "./gate.ts";
export {
  openPluginHost,
  type HarnessResponse,
  type PluginHarness,
  type PluginHostOptions,
} from "./plugin-host.ts";
export type { Moment } from "./event-log.ts";
export { ScriptedJob, type Script, type ScriptedStep } from "./scripted-job.ts";
export {
  durableStoreContract,
  storeContract,
  type NewPlace,
  type StorePlace,
} from "./store-contract.ts";
