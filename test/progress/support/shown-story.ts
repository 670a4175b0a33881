import { showProgress, type ShowMode } from "../../../src/progress.ts";
import { Lab } from "./lab.ts";

/** A screen that keeps what is written on it. */
export class Page {
  readonly columns = 72;
  readonly rows = 24;
  readonly isTTY: boolean;
  readonly writes: string[] = [];

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.writes.push(text);
  }

  get lines(): readonly string[] {
    return this.writes.join("").trimEnd().split("\n");
  }
}

/** A little story: two parts, one of which fails. Answers what was written. */
export async function story(mode: ShowMode): Promise<Page> {
  const lab = new Lab();
  const page = new Page(mode === "bars");
  const all = lab.aggregator("Archive", { onFailure: "continue" });
  const read = all.add(lab.observer("Read"), 3);
  const send = all.add(lab.observer("Send", { total: null }));
  const shown = showProgress(all, { screen: page, mode, clock: lab.clock, color: false });
  await lab.clock.yield();
  all.run().catch(() => undefined);
  for (let step = 1; step <= 10; step++) {
    read.report(5 * step);
    send.advance(7);
    lab.clock.advance(1_000);
  }
  send.log("warning", "the line is slow\u001B[2J\nvery");
  lab.clock.advance(100);
  read.finish();
  send.fail(new Error("the line is gone"));
  await shown;
  return page;
}
