/**
 * A thread of a plugin's process that waits for the end of its host, on a pipe that nobody writes
 * into: it closes when the host is gone, however it went, and then this process must not stay.
 */
import { Socket } from "node:net";
import { childFiles } from "../adapters/isolation/places/process-place.ts";

/** How long the process may take to notice it itself; milliseconds. */
const graceMs = 1_000;

const lifeline = new Socket({ fd: childFiles.lifeline, readable: true, writable: false });
lifeline.on("error", () => undefined);
lifeline.once("close", () => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMs);
});
lifeline.resume();
