import type { Queue } from "../queue/queue.ts";
import { shownItem } from "../queue/shown-item.ts";

/** So many items are read at once. */
const pageSize = 1_000;

/** The errors of a request as a list in JSON, as far as one piece after the other is wanted. @throws {QueueFailed} */
export async function* failedList(
  queue: Pick<Queue, "call">,
  request: string,
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  let after = 0;
  let before = "[";
  for (;;) {
    const filter = { request, state: "failed", after } as const;
    const items = await queue.call("items", { filter, limit: pageSize });
    for (const item of items) {
      yield encoder.encode(`${before}${JSON.stringify(shownItem(item))}`);
      before = ",";
    }
    if (items.length < pageSize) break;
    after = items.at(-1)?.id ?? after;
  }
  yield encoder.encode(before === "[" ? "[]" : "]");
}
