/** How bad a finding is: `failed` breaks the contract, `warning` is legal and rarely meant. */
export type Severity = "failed" | "warning";

/** What can be found. */
export type FindingCode =
  | "PLUGIN_NOT_LOADED"
  | "NOT_A_PLUGIN"
  | "PLUGIN_ABI_MISMATCH"
  | "BAD_DECLARATION"
  | "QUERY_CHANGES"
  | "SLOW_LOAD"
  | "NEWER_MINOR"
  | "ACCEPTS_FOREIGN_HOST"
  | "START_FAILED"
  | "CALL_BEYOND_TABLE"
  | "BAD_ARGUMENT"
  | "BAD_HANDLE"
  | "BAD_STATUS"
  | "WRONG_THREAD"
  | "NAME_TAKEN"
  | "LEAKED_JOB"
  | "UNSUBMITTED_JOB"
  | "CALL_AFTER_STOP"
  | "USED_TOO_LATE"
  | "UNRETURNED_CALLBACK"
  | "BAD_STEP_RESULT"
  | "EXCEPTION"
  | "BAD_CONTENT"
  | "BAD_STATE"
  | "BAD_PROGRESS"
  | "GETTER_HIDES_ERROR"
  | "RESET_FAILED"
  | "SLOW_STOP"
  | "NEVER_STOPS"
  | "TYPE_NOT_REGISTERED"
  | "REVIVE_FAILED"
  | "REVIVE_DIFFERS"
  | "BAD_REVIVE"
  | "REQUEST_FAILED"
  | "NO_JOBS"
  | "CRASHED"
  | "EXITED"
  | "HUNG"
  | "HOST_DEFECT"
  | "VALIDATOR_DEFECT";

interface Meaning {
  readonly severity: Severity;
  /** What to do about it, one sentence. */
  readonly advice: string;
}

const failed = (advice: string): Meaning => ({ severity: "failed", advice });
const warning = (advice: string): Meaning => ({ severity: "warning", advice });

/**
 * Everything a validation can find. Those that native/src/check/ reports have their codes there.
 * docs/validating-a-plugin.md has a heading for each.
 */
export const meanings: Readonly<Record<FindingCode, Meaning>> = {
  PLUGIN_NOT_LOADED: failed("Build it, and look at the missing file or symbol."),
  NOT_A_PLUGIN: failed("Fill baton_plugin as the example at the top of baton.h does."),
  PLUGIN_ABI_MISMATCH: failed("Compile it against the baton.h of this host."),
  BAD_DECLARATION: failed("Set every member of baton_plugin; struct_size is its sizeof."),
  QUERY_CHANGES: failed("Answer a pointer to one constant struct, always the same."),
  SLOW_LOAD: warning("Do the work in start, not while the file is loaded."),
  NEWER_MINOR: warning("Validate it with a host of that minor too."),
  ACCEPTS_FOREIGN_HOST: failed(
    "Get the host with baton_host_from_start, and return if that is NULL.",
  ),
  START_FAILED: failed("See what start returns or throws, and why."),
  CALL_BEYOND_TABLE: failed("Ask BATON_HAS before you call what came after minor 0."),
  BAD_ARGUMENT: failed("See what baton.h asks of that argument."),
  BAD_HANDLE: failed(
    "A handle is good for one successful submit or one free; forget it after either.",
  ),
  BAD_STATUS: failed("Return BATON_OK or one of the numbers of baton_status."),
  WRONG_THREAD: failed("See the tag line of that function in baton.h."),
  NAME_TAKEN: warning("Register each type and route once, and see whose name it is."),
  LEAKED_JOB: failed("When submit or revive fails the job is still yours: free_job, or try again."),
  UNSUBMITTED_JOB: warning("Submit it or free it before the plugin is stopped."),
  CALL_AFTER_STOP: failed("Join your threads in stop, or earlier."),
  USED_TOO_LATE: failed(
    "Do not keep a run, a sink or a response beyond the callback it came with.",
  ),
  UNRETURNED_CALLBACK: failed("Ask run->should_stop, and return; wait for nothing without an end."),
  BAD_STEP_RESULT: failed("Return one of the four BATON_STEP_ numbers."),
  EXCEPTION: failed("Catch everything in each callback: no exception may cross the C ABI."),
  BAD_CONTENT: failed("Write one JSON object in UTF-8, or answer UNSUPPORTED."),
  BAD_STATE: failed("Write the state, or answer UNSUPPORTED when the job cannot be saved."),
  BAD_PROGRESS: warning("Answer a fraction from 0 to 1."),
  GETTER_HIDES_ERROR: failed("Return what sink->write answered if that is not BATON_OK."),
  RESET_FAILED: failed("Make reset bring the payload back to its beginning."),
  SLOW_STOP: warning("Make steps shorter, or ask run->should_stop more often."),
  NEVER_STOPS: failed("Ask run->should_stop, and return CONTINUE as soon as it is not 0."),
  TYPE_NOT_REGISTERED: warning("Call register_type for it in start, or it waits after a restart."),
  REVIVE_FAILED: failed("Make revive accept every state that get_serialized writes."),
  REVIVE_DIFFERS: warning("Save all that the job needs to go on from where it was."),
  BAD_REVIVE: failed("Create one job of that type, and answer its handle; do not submit it."),
  REQUEST_FAILED: warning("See that the request is one that the plugin serves."),
  NO_JOBS: warning(
    'Give requests that make jobs: --request, or "baton": {"validate": {"requests": [...]}} in its package.json.',
  ),
  CRASHED: failed("Run the case in a debugger, or under valgrind, with --reproduce."),
  EXITED: failed("Do not end the process: it belongs to the host."),
  HUNG: failed("Something waits without an end; look at the threads with --reproduce."),
  HOST_DEFECT: failed("This is not the plugin's fault: please report it."),
  VALIDATOR_DEFECT: failed("This is not the plugin's fault: please report it."),
};

/** One thing that was found, in one case. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What happened, with names and values. */
  readonly what: string;
  readonly advice: string;
  /** How many more of this code were found in the case. */
  readonly more: number;
}

/** A code and what happened, as a case writes it down. */
export interface Found {
  readonly code: FindingCode;
  readonly what: string;
}

export const isFindingCode = (code: string): code is FindingCode => Object.hasOwn(meanings, code);

/** What was found, one entry a code, in the order in which they were found. */
export function findingsOf(found: readonly Found[], worst: Severity): readonly Finding[] {
  const first = new Map<FindingCode, Finding>();
  for (const { code, what } of found) {
    const known = first.get(code);
    const { advice, severity } = meanings[code];
    first.set(code, {
      code,
      severity: worst === "warning" ? worst : severity,
      what: known?.what ?? what,
      advice,
      more: known === undefined ? 0 : known.more + 1,
    });
  }
  return [...first.values()];
}
