import type { KeptLine, LogLine } from "./log-book.ts";
import type { Node } from "./node.ts";

/** The lines of a node and everything below it, in the order in which they were logged. */
export function logsOf(node: Node): readonly LogLine[] {
  const found: { readonly line: KeptLine; readonly path: readonly string[] }[] = [];
  const collect = (at: Node, path: readonly string[]): void => {
    for (const line of at.log.lines) found.push({ line, path });
    for (const part of at.parts) collect(part, [...path, part.name]);
  };
  collect(node, []);
  found.sort((one, other) => one.line.number - other.line.number);
  return found.map(({ line: { time, level, text }, path }) => ({ time, level, text, path }));
}
