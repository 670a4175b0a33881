import { MessageChannel } from "node:worker_threads";
import { nodeOfControl, type Control } from "../control.ts";
import type { TaskOptions, Work } from "../task.ts";
import { fromThrown, toThrown, type FromThread, type ToThread } from "./messages.ts";
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
  const { port1, port2 } = new MessageChannel();
  const isCanceled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const end = Promise.withResolvers<unknown>();
  const node = nodeOfControl(control);
  port1.on("message", (message: FromThread) => hear(message, control, end));
  const ended = thread.onEnd((error) => end.reject(error));
  const begun = { ...errand, port: port2, isCanceled };
  const asked = control.onCancel((reason) => {
    Atomics.store(isCanceled, 0, 1);
    port1.postMessage({ kind: "cancel", reason: toThrown(reason) } satisfies ToThread);
  });
  try {
    thread.begin({ ...begun, name: node.name, total: node.measure.total });
    return await end.promise;
  } finally {
    ended[Symbol.dispose]();
    asked[Symbol.dispose]();
    port1.close();
  }
}

function hear(message: FromThread, control: Control, end: PromiseWithResolvers<unknown>): void {
  switch (message.kind) {
    case "progress": {
      const { done, total } = message.snapshot;
      const node = nodeOfControl(control);
      if (node.measure.total !== total) control.setTotal(total);
      if (node.measure.done < done) control.report(done);
      break;
    }
    case "log":
      control.log(message.level, message.text);
      break;
    case "warning":
      nodeOfControl(control).warnings.relay(message.code, message.message);
      break;
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
