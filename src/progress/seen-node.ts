import type { LogLine } from "./log-book.ts";
import { logsOf } from "./logs.ts";
import type { Node } from "./node.ts";
import { fractionOf, snapshotWithin, type Snapshot, type SnapshotLimits } from "./snapshot.ts";

/** A node, with all below it, as somebody sees it who shows it. Belongs to the thread it was made on. */
export abstract class SeenNode {
  protected readonly node: Node;

  protected constructor(node: Node) {
    this.node = node;
  }

  get fraction(): number | null {
    return fractionOf(this.node);
  }

  snapshot(limits: SnapshotLimits): Snapshot {
    return snapshotWithin(this.node, limits);
  }

  /** The lines kept so far, in the order in which they were logged. */
  logs(): readonly LogLine[] {
    return logsOf(this.node);
  }

  onLog(listener: (line: LogLine) => void): Disposable {
    return this.node.events.on("log", listener);
  }

  /** Calls `changed` at most 25 times a second while something is new, and at the end. */
  watch(changed: () => void): Disposable {
    return this.node.watch(changed);
  }
}
