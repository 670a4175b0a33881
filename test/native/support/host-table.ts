import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { openHost, type Host, type HostOptions } from "../../../src/index.ts";
import { statuses } from "../../../src/adapters/native/numbers.ts";
import { Events } from "../../e2e/support/events.ts";
import { assertBalanced, watchCounts } from "./host-counts.ts";

/** A host with plugins of plugins/table.c, which counts at its end what it took and let go. */
export class TableHost implements AsyncDisposable {
  readonly host: Host;
  readonly events: Events;
  readonly #counts: ReturnType<typeof watchCounts>;
  readonly #files: readonly string[];

  private constructor(
    host: Host,
    events: Events,
    counts: ReturnType<typeof watchCounts>,
    files: readonly string[],
  ) {
    this.host = host;
    this.events = events;
    this.#counts = counts;
    this.#files = files;
  }

  /** `plugins`: the names of plugins and their files. */
  static async open(
    store: Required<HostOptions>["store"],
    plugins: Readonly<Record<string, string>>,
  ): Promise<TableHost> {
    const files = Object.values(plugins);
    const counts = watchCounts();
    const events = new Events();
    const host = await openHost({
      store,
      plugins: files,
      pluginSettings: Object.fromEntries(
        Object.entries(plugins).map(([name, file]) => [name, { counts: `${file}.counts` }]),
      ),
      http: { port: 0 },
      observer: events.observer,
    });
    return new TableHost(host, events, counts, files);
  }

  async text(method: "GET" | "POST", path: string): Promise<string> {
    const answer = await fetch(`${this.host.url}${path}`, { method });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  }

  /** The name of the status. */
  async status(path: string): Promise<string> {
    return statuses[Number(await this.text("POST", path))] ?? "?";
  }

  async create(plugin: string, kind: string): Promise<{ number: string; bits: string }> {
    const [number = "", bits = ""] = (
      await this.text("POST", `/${plugin}/create?kind=${kind}`)
    ).split(" ");
    return { number, bits };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    const counts = this.#counts();
    assertBalanced(counts);
    const own = this.#files.map((file) => readFileSync(`${file}.counts`, "utf8"));
    const sum = own.map((text) => text.split(" ").map(Number));
    assert.ok(
      sum.every(([created, finalized]) => created === finalized),
      own.join(),
    );
    assert.equal(
      sum.reduce((all, [created = 0]) => all + created, 0),
      counts.created,
    );
  }
}
