import { nodeOfControl, type Control } from "../control.ts";
import type { TaskOptions, Work } from "../task.ts";
import { fromThrown, isNews, type FromThread, type ThreadEnd } from "./messages.ts";
import { askToStop, hear, openLine } from "./near-end.ts";
import { threadsFrom, type Thread, type WorkerPool } from "./worker-pool.ts";

/** What a module for a thread exports as `work`; `data` and what it returns are cloned. */
export type ThreadWork<D = unknown, T = unknown> = (
  control: Control,
  data: D,
) => T | PromiseLike<T>;

export interface ThreadTaskOptions extends TaskOptions {
  /** Where the module's `work` runs. True: on a thread of its own; otherwise on one of a pool. */
  readonly worker: true | WorkerPool;
  /** Given to `work` as a structured clone. Default: undefined. */
  readonly data?: unknown;
}

/**
 * Work that is done by a module's `work` on a thread. Its control there reports, logs and is canceled
 * as one here, also if the work computes without ever resting: whenever it uses the control.
 */
export function workOnThread<T>(module: URL, { worker, data }: ThreadTaskOptions): Work<T> {
  return async (control) => {
    const threads = threadsFrom(worker);
    const thread = await threads.take(control.signal);
    try {
      return (await converse(thread, control, { module: module.href, data })) as T;
    } finally {
      threads.give(thread);
    }
  };
}

interface Errand {
  readonly module: string;
  readonly data: unknown;
}

/** Has the thread do it; what it says on the way goes to the control. */
async function converse(thread: Thread, control: Control, errand: Errand): Promise<unknown> {
  const { own, ends } = openLine();
  const end = Promise.withResolvers<unknown>();
  const node = nodeOfControl(control);
  const hearing = { control, warnings: node.warnings, measure: node.measure };
  own.on("message", (message: FromThread) => {
    if (isNews(message)) hear(message, hearing);
    else endWith(message, control, end);
  });
  const ended = thread.onEnd((error) => end.reject(error));
  const asked = control.onCancel((reason) => askToStop(own, ends, reason));
  try {
    thread.begin({ ...errand, ...ends, name: node.name, total: node.measure.total });
    return await end.promise;
  } finally {
    ended[Symbol.dispose]();
    asked[Symbol.dispose]();
    own.close();
  }
}

function endWith(message: ThreadEnd, control: Control, end: PromiseWithResolvers<unknown>): void {
  switch (message.kind) {
    case "returned":
      end.resolve(message.value);
      break;
    case "threw":
      end.reject(fromThrown(message.error));
      break;
    case "obeyed":
      end.reject(control.signal.reason);
      break;
  }
}
