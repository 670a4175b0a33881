import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import { dirname } from "node:path";
import { pino, type Logger } from "pino";
import { openHost, JobEngineError, type Host, type HostOptions } from "../index.ts";
import type { EngineEvent, Observer } from "../ports/job-event.ts";
import type { LogLevel } from "../ports/job.ts";
import { readConfig } from "./config.ts";
import { followFiles } from "./live-doors.ts";

export interface ServeOptions {
  /** Null: everything has its default. */
  readonly configFile: string | null;
  readonly loadJobs: boolean;
  /** Plugins besides those of the configuration, started after them; paths from here. */
  readonly plugins: readonly string[];
  /** Shown in the line that says where the host listens. */
  readonly version: string;
}

/**
 * Runs a host until SIGTERM or SIGINT; resolves with the exit code. A second signal ends the
 * process at once, with 128 + its number: saved jobs go on at the next start, as after a crash.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const since = Date.now();
  const config = await readConfig(options.configFile, options.loadJobs);
  if (config.kind === "refused") return fail(config.sentence);
  const signal = nextSignal();
  const log = pino({ name: "baton" }, pino.destination({ dest: 2, sync: true }));
  let host: Host;
  try {
    const plugins = [...(config.options.plugins ?? []), ...options.plugins];
    host = await open({ ...config.options, plugins }, log);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const unfollow = followFiles(host, config, { configFile: options.configFile, since, log });
  process.stdout.write(`Baton ${options.version} listens on ${host.url}\n`);
  log.info(`${await signal}: closing`);
  unfollow();
  await host.close();
  return 0;
}

async function open(options: HostOptions, log: Logger): Promise<Host> {
  if (options.store?.kind === "sqlite") await makeFolder(dirname(options.store.path));
  return openHost({ ...options, observer: logEvents(log) });
}

/** @throws {JobEngineError} CONFIG_INVALID */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new JobEngineError(
      "CONFIG_INVALID",
      `the folder ${folder} of "IndexDirectory" cannot be created (${code})`,
      { cause: error },
    );
  }
}

/** One sentence on one line, whatever the error's message looks like. */
function fail(sentence: string): number {
  process.stderr.write(`${sentence.replaceAll(/\s*\n\s*/g, " ")}\n`);
  return 1;
}

/** Resolves with the name of the first signal to stop; the second ends the process. */
function nextSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let isAsked = false;
  const hear = (signal: "SIGTERM" | "SIGINT"): void => {
    if (isAsked) process.exit(128 + constants.signals[signal]);
    isAsked = true;
    resolve(signal);
  };
  process.on("SIGTERM", hear);
  process.on("SIGINT", hear);
  return promise;
}

const pinoLevels = {
  error: "error",
  warning: "warn",
  info: "info",
  debug: "debug",
} as const satisfies Record<LogLevel, string>;

/** Logs what plugins and the engine say, and every change of a state. */
function logEvents(log: Logger): Observer {
  return (event: EngineEvent) => {
    switch (event.kind) {
      case "logged":
        log[pinoLevels[event.level]](
          event.id === null ? { plugin: event.plugin } : { plugin: event.plugin, job: event.id },
          event.text,
        );
        return;
      case "submitted":
        log.info({ job: event.job.id, type: event.job.type }, "submitted");
        return;
      case "changed":
        logChange(log, event);
        return;
      case "progressed":
      case "reported":
      case "forgotten":
        return;
    }
  };
}

function logChange(log: Logger, { job, from }: Extract<EngineEvent, { kind: "changed" }>): void {
  const asked = job.requested === "nothing" ? {} : { requested: job.requested };
  const error = job.error === null ? {} : { error: job.error };
  log.info({ job: job.id, type: job.type, from, to: job.state, ...asked, ...error }, "changed");
}
