import type { Meant, QueuedInstance } from "../../src/queue/item.ts";

/** An instance as the queue knows it; there is no file of it. */
export const queuedInstance = (hash: string, sopInstance = `uid of ${hash}`): QueuedInstance => ({
  hash,
  sopClass: "1.2.840.10008.5.1.4.1.1.2",
  sopInstance,
  transferSyntax: "1.2.840.10008.1.2.1",
  offset: 300,
  size: 1_000,
  resources: {
    patient: "patient",
    study: "study",
    series: "series",
    instance: `instance of ${sopInstance}`,
  },
});

/** What a request for some instances means. */
export const filesOf = (instances: readonly QueuedInstance[]): Meant => ({
  hashes: instances.map(({ hash }) => hash),
});
