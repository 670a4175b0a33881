import { systemClock } from "../../adapters/system-clock.ts";
import type { Control } from "../control.ts";
import { Observer, controlWithin } from "../observer.ts";
import { insideOf } from "../progress-node.ts";
import { Line } from "./line.ts";
import { isNews, type Ends, type FromThread, type ToThread } from "./messages.ts";
import { askToStop, hear, openLine } from "./near-end.ts";
import { ThreadControl } from "./thread-control.ts";

/** A control on its way to another thread: post it there, with its `port` in the list of transfers. */
export interface SharedControl extends Ends {
  readonly name: string;
  readonly total: number | null;
}

/**
 * Lets work on a thread of your own report to an observer of this one. The observer still ends here;
 * after that nobody hears what the thread says. Keeps no process alive.
 */
export function shareControl(observer: Observer): SharedControl {
  const node = insideOf(observer);
  const { own, ends } = openLine();
  // Nothing here holds the observer itself, so that it is missed when it is lost.
  const control = controlWithin(observer);
  own.on("message", (message: FromThread) => {
    if (isNews(message)) hear(message, { control, warnings: node.warnings, measure: node.measure });
  });
  own.unref();
  control.onCancel((reason) => askToStop(own, ends, reason));
  void node.settled.then(() => {
    own.postMessage({ kind: "ended" } satisfies ToThread);
    own.close();
  });
  return { ...ends, name: node.name, total: node.measure.total };
}

/** The control that was shared, on the thread it was sent to. */
export function controlOf(shared: SharedControl): Control {
  const { name, total } = shared;
  const half: Observer = new Observer(name, {
    total,
    clock: systemClock,
    onWarning: ({ code, message }) => line.post({ kind: "warning", code, message }),
  });
  const line = new Line(half, shared, systemClock);
  line.onEnded = () => half.finish();
  // The observer is on the other side; here nobody waits for it.
  shared.port.unref();
  return new ThreadControl(half, line);
}
