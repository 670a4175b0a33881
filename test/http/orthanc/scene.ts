import assert from "node:assert/strict";
import {
  openPluginHost,
  type PluginHarness,
  type PluginHostOptions,
} from "../../../src/testing/index.ts";
import { stateBehind } from "../../support/orthanc-states.ts";
import { send, type Answer } from "../scripted-host.ts";
import { labPlugin, type LabWork } from "./lab.ts";
import { bodyOf, type Exchange, type Shown } from "./recordings.ts";

/** A state that a recorded job was in when something was asked of it. */
export type StateName = "Pending" | "Running" | "Paused" | "Success" | "Failure" | "Canceled";

/** How jobs are that get there, as those of the recordings were. */
const works: Readonly<Record<StateName, LabWork>> = {
  Pending: { steps: 3 },
  Running: { steps: 400, waitsAfter: 8 },
  Paused: { steps: 400, waitsAfter: 8 },
  Success: { steps: 3 },
  Failure: { steps: 3, failsAfter: 2 },
  Canceled: { steps: 400, waitsAfter: 8 },
};

const anHour = 3_600_000;

/** A real host with the plugin of the recordings. */
export class Scene implements AsyncDisposable {
  readonly harness: PluginHarness;
  readonly #lab: ReturnType<typeof labPlugin>;

  private constructor(harness: PluginHarness, lab: ReturnType<typeof labPlugin>) {
    this.harness = harness;
    this.#lab = lab;
  }

  static async open(options: PluginHostOptions = {}): Promise<Scene> {
    const lab = labPlugin();
    const all = { concurrentJobs: 16, historySize: 100, ...options };
    return new Scene(await openPluginHost(lab, all), lab);
  }

  /** A job that is in this state now. */
  async bring(
    state: StateName,
    options: { work?: LabWork; priority?: number } = {},
  ): Promise<string> {
    const { work = works[state], priority = 5 } = options;
    const delay = state === "Pending" ? { startAfterMs: anHour } : {};
    const id = await this.#lab.submit(work, { priority, ...delay });
    await this.#reach(state, id);
    return id;
  }

  /** It has done some of its steps, and waits. */
  async stepped(id: string): Promise<void> {
    while (this.harness.host.jobInfo(id).progress < 0.02) await this.harness.next("progressed", id);
  }

  /** Waits until a job is as another was shown. */
  async until(id: string, shown: Shown): Promise<void> {
    const state = stateBehind[shown.State];
    while (this.harness.host.jobInfo(id).state !== state) await this.harness.next(state, id);
    if (state === "running") await this.stepped(id);
  }

  /** Sends a recorded request, about a job of ours. */
  ask(exchange: Exchange, id: string | null): Promise<Answer> {
    const { request } = exchange;
    const { method, headers } = request;
    const path = id === null ? request.path : request.path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, id);
    const { url } = this.harness.host;
    assert(url !== null);
    return send(url, method, { path, headers, body: bodyOf(exchange) });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.harness.close();
  }

  async #reach(state: StateName, id: string): Promise<void> {
    switch (state) {
      case "Pending":
        return;
      case "Success":
        await this.harness.next("succeeded", id);
        return;
      case "Failure":
        await this.harness.next("failed", id);
        return;
      case "Running":
        return this.stepped(id);
      case "Paused":
        await this.stepped(id);
        await this.harness.host.pauseJob(id);
        await this.harness.next("paused", id);
        return;
      case "Canceled":
        await this.stepped(id);
        await this.harness.host.cancelJob(id);
        await this.harness.next("failed", id);
    }
  }
}
