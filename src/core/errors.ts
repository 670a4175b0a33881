/**
 * Every code this library throws, with its first words. Those of native/include/baton.h are named
 * like its `baton_status`. A code without a heading in docs/errors.md fails the tests.
 */
export const errorCodes = {
  INVALID_ARGUMENT: "An argument is not valid",
  STALE_HANDLE: "This handle is not, or no longer, a job's",
  NOT_YOURS: "This handle belongs to another plugin",
  ALREADY_SUBMITTED: "This job was submitted already; it belongs to the engine",
  BUSY: "This job is being submitted at this moment",
  QUEUE_FULL: "There is no room: too many wait already",
  CLOSING: "The host is closing or closed",
  WRONG_THREAD: "This call would wait for itself",
  WRONG_STATE: "The job's state does not allow this",
  NOT_FOUND: "There is no such thing here",
  TIMED_OUT: "The time is over",
  NAME_TAKEN: "This name is taken",
  INVALID_JSON: "This is not the JSON that is needed",
  TOO_LARGE: "This is larger than allowed",
  UNSUPPORTED: "This version of Baton cannot do that",
  NOT_AUTHENTICATED: "The host does not know who asks",
  NOT_ALLOWED: "This is not allowed to whoever asks",
  TOO_MANY_REQUESTS: "There were too many requests",
  STORE_FAILED: "The store could not write; nothing was stored",
  BAD_STATE_DATA: "A getter of the job failed",
  INTERNAL: "An internal error, of a plugin or of the host",
  CONFIG_INVALID: "The configuration is not valid",
  PORT_IN_USE: "The port is in use",
  STORE_UNREADABLE: "The database cannot be used",
  STORE_TOO_NEW: "The database was written by a newer version of Baton",
  PLUGIN_NOT_LOADED: "The plugin cannot be loaded",
  PLUGIN_ABI_MISMATCH: "The plugin was built for another version of the ABI",
  NOT_A_PLUGIN: "The file is not a Baton plugin",
  PLUGIN_START_FAILED: "The plugin's start failed",
  PLUGIN_CRASHED: "The plugin's thread or process has ended",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The only error class this library throws. Branch on `code`, never on `message`. */
export class JobEngineError extends Error {
  override readonly name = "JobEngineError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? errorCodes[code] : `${errorCodes[code]}: ${detail}`, options);
    this.code = code;
  }
}

/**
 * Every code a job can end with that is ours, with the number Orthanc's clients see as `ErrorCode`
 * (members of its enumeration only; a plugin's own code is 1). Headings in docs/errors.md too.
 */
export const failureCodes: Readonly<Record<string, number>> = {
  JOB_CANCELED: 37,
  STEP_FAILED: 1,
  STEP_THREW: 1,
  TASK_FAILED: 1,
  STEP_TIMED_OUT: 16,
  BAD_STEP_RESULT: 3,
  BAD_CONTENT: 28,
  BAD_STATE_DATA: 1,
  TOO_LARGE: 3,
  CANNOT_REVIVE: 25,
  RESET_FAILED: 6,
  NOT_SAVED: 1,
  PLUGIN_CRASHED: 1,
  INTERNAL: 1,
};

/** Orthanc's number for a failure code; 1 ("plugin") for the plugins' own codes. */
export function orthancErrorCode(code: string): number {
  return Object.hasOwn(failureCodes, code) ? (failureCodes[code] ?? 1) : 1;
}
