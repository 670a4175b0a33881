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
