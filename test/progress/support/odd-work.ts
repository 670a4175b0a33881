import type { Control, ThreadWork } from "../../../src/progress.ts";

const ways: Readonly<Record<string, (control: Control) => unknown>> = {
  throws: () => {
    throw Object.assign(new RangeError("out of range"), { code: "FAR" });
  },
  "throws something": () => {
    throw { what: "something" };
  },
  "cannot be cloned": () => () => undefined,
  "dies later": async () => {
    queueMicrotask(() => {
      throw new Error("nobody catches this");
    });
    await new Promise(() => undefined);
  },
  "misuses its control": (control) => {
    control.report(Number.NaN);
    control.report(50);
    control.report(20);
    control.setTotal(200);
    control.log("warning", "odd");
  },
  // Rests, so that its own loop tells it of the cancel.
  rests: (control) =>
    new Promise((_, reject) => {
      control.onCancel(reject);
      control.report(1);
    }),
  // Never rests, and asks by itself.
  computes: (control) => {
    const seen = [...control.track(endless())].length;
    return seen;
  },
};

function* endless(): Generator<number> {
  for (let number = 0; ; number = (number + 1) % 1_000) {
    if (number === 0) yield number;
  }
}

/** Does what work should not, by name. */
export const work: ThreadWork<string> = (control, way) => ways[way]?.(control);
