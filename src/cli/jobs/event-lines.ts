/** An event of a stream. */
export interface HostEvent {
  readonly event: string;
  /** Parsed; undefined: it was no JSON. */
  readonly data: unknown;
  /** After which a stream goes on; null: the event has none. */
  readonly id: string | null;
}

/** The events of a stream as they come, and null for each sign of life between them. */
export async function* eventsOf(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<HostEvent | null, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    yield null;
    for (const block of blocks) {
      const event = readEvent(block);
      if (event !== null) yield event;
    }
  }
}

/** Null: it says nothing. */
function readEvent(block: string): HostEvent | null {
  const fields = new Map(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    }),
  );
  const [event, data] = [fields.get("event"), fields.get("data")];
  if (event === undefined || data === undefined) return null;
  return { event, data: parse(data), id: fields.get("id") ?? null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
