import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { openHost, type Host, type HostOptions } from "../../../../src/index.ts";
import { openBrowser } from "./browser.ts";
import { Relay } from "./relay.ts";

const tool = fileURLToPath(new URL("../../../../tools/build-dashboard.mjs", import.meta.url));

/** How long the page may take for what it does; the machine may be busy. Milliseconds. */
const patienceMs = 20_000;

/** A host, and its dashboard in a real browser. What the page complained of fails the test at the end. */
export class Dashboard implements AsyncDisposable {
  readonly host: Host;
  readonly page: Page;
  /** The way from the page to the host. */
  readonly relay: Relay;
  /** Errors of the console, exceptions, and what the Content-Security-Policy forbade. */
  readonly complaints: string[] = [];
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    readonly host: Host;
    readonly page: Page;
    readonly relay: Relay;
    readonly resources: AsyncDisposableStack;
  }) {
    this.host = parts.host;
    this.page = parts.page;
    this.relay = parts.relay;
    this.#resources = parts.resources;
    this.page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    this.page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Opens all of it; the page is not loaded yet. */
  static async open(
    options: HostOptions = {},
    view: BrowserContextOptions = {},
  ): Promise<Dashboard> {
    execFileSync(process.execPath, [tool, "--unless-current"], { stdio: "inherit" });
    await using resources = new AsyncDisposableStack();
    const host = resources.use(
      await openHost({ http: { port: 0 }, drainTimeoutMs: 0, historySize: 50, ...options }),
    );
    const relay = resources.use(await Relay.to(host.url ?? ""));
    const browser: Browser = await openBrowser();
    resources.defer(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 800 }, ...view });
    page.setDefaultTimeout(patienceMs);
    return new Dashboard({ host, page, relay, resources: resources.move() });
  }

  /** Loads the page and waits until it knows the jobs. */
  async load(hash = ""): Promise<void> {
    await this.page.goto(`${this.relay.url}/${hash}`);
    await this.page.getByText("Live", { exact: true }).waitFor();
    await this.page.locator(".found").waitFor();
  }

  get grid(): Locator {
    return this.page.getByRole("treegrid", { name: "Jobs" });
  }

  row(id: string): Locator {
    return this.page.locator(`#job-${id}`);
  }

  get panel(): Locator {
    return this.page.getByRole("complementary");
  }

  /** Waits until the row of a job has this word for its state. */
  async until(id: string, word: string): Promise<void> {
    await this.row(id)
      .locator(".state", { hasText: new RegExp(`^${word}$`) })
      .waitFor();
  }

  /** The engine's own word for the state of a job. */
  async reached(id: string, state: string): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (this.host.jobInfo(id).state !== state) {
      assert.ok(Date.now() < deadline, `it is ${this.host.jobInfo(id).state}, not ${state}`);
      // oxlint-disable-next-line no-await-in-loop -- it waits for the host
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
    assert.deepEqual(this.complaints, []);
  }
}
