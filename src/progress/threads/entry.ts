import { parentPort, type MessagePort } from "node:worker_threads";
import { systemClock } from "../../adapters/system-clock.ts";
import type { Control } from "../control.ts";
import { ProgressError } from "../errors.ts";
import type { Outcome } from "../life.ts";
import { Task } from "../task.ts";
import { toThrown, type Begin, type FromThread } from "./messages.ts";
import { Line } from "./line.ts";
import { ThreadControl } from "./thread-control.ts";

// The first module of a thread: does one task after the other, as they are sent.

type Module = { readonly work?: (control: Control, data: unknown) => unknown };

/** A task of this thread does the work, so that its control is the one that every task has. */
function begin(order: Begin): void {
  const { name, total, module, data, port } = order;
  const task = new Task<unknown>(
    name,
    async (control) => {
      const { work } = (await import(module)) as Module;
      if (typeof work !== "function") {
        throw new ProgressError("WORKER_FAILED", `${module} exports no function "work"`);
      }
      const looking = new ThreadControl(control, line);
      // A request may have come while the module was loaded.
      looking.signal.throwIfAborted();
      return work(looking, data);
    },
    {
      total,
      clock: systemClock,
      onWarning: ({ code, message }) => line.post({ kind: "warning", code, message }),
    },
  );
  const line = new Line(task, order, systemClock);
  void task.settled.then((outcome) => {
    postEnd(port, outcome);
    line.close();
  });
  task.run().catch(() => undefined);
}

function postEnd(port: MessagePort, outcome: Outcome): void {
  const message = endOf(outcome);
  try {
    port.postMessage(message);
  } catch (error) {
    // What it returned cannot be cloned.
    port.postMessage({ kind: "threw", error: toThrown(error) } satisfies FromThread);
  }
}

function endOf(outcome: Outcome): FromThread {
  switch (outcome.state) {
    case "finished":
      return { kind: "returned", value: outcome.value };
    case "failed":
      return { kind: "threw", error: toThrown(outcome.error) };
    case "canceled": {
      const { partial, error } = outcome;
      if (partial !== null) return { kind: "returned", value: partial.value };
      if (error !== null) return { kind: "threw", error: toThrown(error.thrown) };
      return { kind: "obeyed" };
    }
  }
}

parentPort?.on("message", begin);
