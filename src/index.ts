export { JobEngineError, errorCodes, failureCodes, type ErrorCode } from "./core/errors.ts";
export type { JobFailure, StopReason } from "./core/job-state.ts";
export type { HostOptions, HttpOptions, PluginEntry } from "./host-options.ts";
export type { PluginGauge as Metric } from "./http/metrics/metrics.ts";
export { openHost, type Host } from "./open-host.ts";
export type { WebhookEvent, WebhookOptions } from "./http/webhooks/webhook-options.ts";
export type { EngineEvent, Observer } from "./ports/job-event.ts";
export {
  Job,
  StepResult,
  definePlugin,
  notMine,
  type JobDescriptor,
  type JobHandle,
  type JobHost,
  type JobInfo,
  type JobLogEntry,
  type JobOutput,
  type JobProgress,
  type JobRun,
  type JsonObject,
  type JsonValue,
  type LogLevel,
  type OutputWriter,
  type Plugin,
  type PluginHost,
  type ProgressSnapshot,
  type SubmitOptions,
  type TaskSubmitOptions,
  type WaitOptions,
} from "./sdk.ts";
