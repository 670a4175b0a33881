/** Largest serialized payload, in bytes (1 MiB). A job above it fails with TOO_LARGE. */
export const maxStateBytes = 1_048_576;

/** Largest content, in bytes of JSON text (1 MiB). A job above it fails with TOO_LARGE. */
export const maxContentBytes = 1_048_576;

/** Longest key of a job, in characters. */
export const maxKeyLength = 255;

/** Largest user data of a job, in bytes of JSON text (64 KiB). */
export const maxUserDataBytes = 65_536;

/** Most entries that stand admitted before the slots; the rest waits in the engine's queue. */
export const maxAdmitted = 256;

/** Between two looks at the getters of a running job, in milliseconds. */
export const sampleEveryMs = 100;

/** A run whose last checkpoint is older than this takes one before its next step; milliseconds. */
export const checkpointEveryMs = 250;

/** A step whose time is over has so many milliseconds to return before nobody waits for it any more. */
export const stepGraceMs = 5_000;

/** Most details of a failure, in characters of JSON (64 Ki); more is replaced by a note that says so. */
export const maxDetailsChars = 65_536;

/** Longest text of one line of a job's log, in characters; a longer one is cut there. */
export const maxLogTextChars = 8_192;

/** Most data beside it, in characters of JSON; more is replaced by a note that says so. */
export const maxLogDataChars = 16_384;

/** How much is kept of the logs of jobs: 1,000 lines of a job, and not more memory than this. */
export const logLimits = {
  entries: 1_000,
  charsOfLine: 128,
  charsOfJob: 1_048_576,
  charsOfHost: 67_108_864,
} as const;

/** How much is shown of the tree of a job's progress: so many nodes, and of each text so much. */
export const treeLimits = { nodes: 1_000, chars: 512 } as const;

/** So many nodes are kept of the trees of finished jobs together; the oldest tree goes first. */
export const maxKeptNodes = 100_000;
