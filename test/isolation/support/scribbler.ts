import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { serialize } from "node:v8";
import { Job, StepResult, definePlugin } from "../../../src/sdk.ts";

const head = (bytes: number): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes);
  return length;
};

const framed = (...bytes: readonly number[]): Buffer =>
  Buffer.concat([head(bytes.length), Buffer.from(bytes)]);

/** Arrays of one element, each in the one before. */
const deep = Buffer.concat([
  Buffer.from([0xff, 0x0f]),
  Buffer.alloc(400_000, Buffer.from([0x41, 1])),
]);

/** What no half of Baton ever writes. The first two bytes of a value say by which version of V8. */
const garbage: Readonly<Record<string, Buffer>> = {
  "a line of text": Buffer.from("it works on my machine\n"),
  "an empty frame": head(0),
  "zeros alone": Buffer.alloc(100_000),
  "a frame larger than any": head(0xffff_ffff),
  "a frame that is a byte too large": head(16_777_217),
  "a frame without a value": framed(1, 2, 3, 4, 5, 6, 7, 8),
  "a value of a kind that there is not": framed(0xff, 0x0f, 0x5c, 0x63, 0x01, 0x00),
  "a value that ends too soon": framed(0xff, 0x0f, 0x22, 0x7f, 0x41),
  "a value too deep to be read": Buffer.concat([head(deep.byteLength), deep]),
};

export const kindsOfGarbage: readonly string[] = Object.keys(garbage);

/** Writes past its channel, into one of the files its process was born with. */
class Scribble extends Job {
  readonly type = "scribble";
  readonly #file: number;
  readonly #what: string;

  constructor(file: number, what: string) {
    super();
    this.#file = file;
    this.#what = what;
  }

  async step(): Promise<StepResult> {
    if (this.#file === 0) return StepResult.success;
    writeSync(this.#file, garbage[this.#what] ?? serialize(null));
    await delay(10_000);
    return StepResult.failure("STILL_HERE", `"${this.#what}" did not end anything`);
  }
}

interface Wanted {
  /** 0: write nothing. */
  readonly file: number;
  readonly what: string;
}

const lineChars = 8_000;

export const plugin = definePlugin({
  name: "scribbler",
  version: "1.0.0",
  start(host) {
    const say = (lines: number): void => {
      for (let at = 0; at < lines; at += 1) host.log("info", `${at} `.padEnd(lineChars, "."));
    };
    host.registerRoute("POST", "/scribbler", async ({ body }) => {
      const { file, what } = JSON.parse(new TextDecoder().decode(body)) as Wanted;
      return { body: { id: await host.submit(new Scribble(file, what)) } };
    });
    // More than a pipe takes, and then a question for whose answer its thread does nothing else.
    host.registerRoute("GET", "/scribbler/ask/{id}", ({ params }) => {
      say(500);
      return { body: host.jobInfo(params["id"] ?? "").state };
    });
    host.registerRoute("GET", "/scribbler/leave", () => {
      say(500);
      process.exit(7);
    });
  },
});
