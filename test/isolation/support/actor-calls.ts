/** What is called of the jobs of the actor's scenes, where it is plain to say. */
export const calls: Readonly<Record<string, readonly string[]>> = {
  "steps until it succeeds": ["step", "step", "step", "stop:success", "finalize"],
  "fails with its own code": ["step", "stop:failure"],
  "is tried again": [
    "step",
    "stop:retry",
    "step",
    "stop:retry",
    "step",
    "stop:success",
    "finalize",
  ],
  "is tried as often as it may": ["step", "stop:retry", "step", "stop:failure"],
  throws: ["step", "stop:failure"],
  "is canceled while it listens": ["step", "stop:canceled"],
};
