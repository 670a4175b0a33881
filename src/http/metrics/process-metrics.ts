import { collectDefaultMetrics, Registry } from "prom-client";

let registry: Registry | null = null;

/**
 * What Node.js says of this process: processor time, memory, garbage, and how late the event loop is.
 * Measured from the first call on, once however many hosts there are, and to the end of the process:
 * nothing of it can be stopped.
 */
export function processMetrics(): Registry {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
