import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HostOptions, JobInfo, JsonObject } from "../../../src/index.ts";

/** What the child is told when it starts. */
export interface KillOptions {
  readonly store: Required<HostOptions>["store"];
  readonly library: string;
  readonly settings: JsonObject;
}

/** What the child tells. */
export type KillTold =
  | { readonly event: "opened"; readonly url: string; readonly jobs: readonly JobInfo[] }
  | { readonly event: "changed"; readonly job: JobInfo }
  | { readonly event: "logged"; readonly text: string };

/** A process with a host in it, until it is killed or told to close. */
export class KillLife implements AsyncDisposable {
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #child: ChildProcess;
  #errors = "";

  constructor(options: KillOptions, hear: (told: KillTold, life: KillLife) => void) {
    const script = fileURLToPath(new URL("host-kill-child.ts", import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(options)]);
    this.#child = child;
    child.stderr.on("data", (text: Buffer) => (this.#errors += text.toString()));
    // What it is told while it dies is lost.
    child.stdin.on("error", () => undefined);
    createInterface(child.stdout).on("line", (line) => hear(JSON.parse(line) as KillTold, this));
    this.ended = once(child, "close").then(() => ({
      code: child.exitCode,
      signal: child.signalCode,
    }));
  }

  get errors(): string {
    return this.#errors;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  close(): void {
    this.#child.stdin?.write("close\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
  }
}

/** A line of the log that plugins/worker.c writes itself. */
export type KillNote =
  | { readonly kind: "submitted"; readonly name: string; readonly id: string }
  | { readonly kind: "saved"; readonly name: string; readonly step: number }
  | {
      readonly kind: "step";
      readonly name: string;
      readonly step: number;
      readonly began: number;
      readonly ended: number;
    };

/** What stands in the log, up to the last whole line. */
export async function notesIn(file: string): Promise<readonly KillNote[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => {
    const [kind = "", name = "", third = "", began, ended] = line.split(" ");
    if (kind === "submitted") return { kind, name, id: third };
    if (kind === "saved") return { kind, name, step: Number(third) };
    if (kind !== "step") throw new Error(`the plugin wrote: ${line}`);
    return { kind, name, step: Number(third), began: Number(began), ended: Number(ended) };
  });
}
