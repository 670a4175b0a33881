/** One event of a stream. */
export interface StreamEvent {
  readonly event: string;
  /** What a client sends as `Last-Event-ID` when it comes back. */
  readonly id?: string;
  /** On one line: the text of JSON. */
  readonly data: string;
}

/** An event as it goes over the wire. */
export function eventText({ event, id, data }: StreamEvent): string {
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}

/** An id that this host gave out; null: it is somebody else's, or no id at all. */
export function numberOfId(id: string, epoch: string): number | null {
  const match = /^([0-9a-f]+)-(\d{1,15})$/.exec(id);
  return match?.[1] === epoch ? Number(match[2]) : null;
}

/** Says which life of which stream an id is of, so that none is taken for another's. */
export function newEpoch(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
