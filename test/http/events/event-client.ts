import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";

/** One event as it came. */
export interface Heard {
  readonly event: string;
  /** The id that is the last one after this event. */
  readonly id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of it
  readonly data: any;
}

/** Reads a stream of events as EventSource does, but minds every line. */
export class EventClient implements AsyncDisposable {
  readonly #sent: ClientRequest;
  readonly response: IncomingMessage;
  readonly #heard: Heard[] = [];
  /** Comments, and fields that are no part of an event. */
  readonly others: string[] = [];
  #rest = "";
  #id = "";
  #news = Promise.withResolvers<void>();
  #end: "open" | "complete" | "broken" = "open";

  private constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#sent = sent;
    this.response = response;
    response.setEncoding("utf8");
    response.on("data", (text: string) => this.#read(text));
    response.on("error", () => {});
    response.on("close", () => {
      this.#end = response.complete ? "complete" : "broken";
      this.#news.resolve();
    });
  }

  static async open(
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EventClient> {
    const sent = request(url, { headers, agent: false }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    sent.on("error", () => {});
    assert.equal(response.statusCode, 200);
    return new EventClient(sent, response);
  }

  /** The last id it has heard. */
  get lastId(): string {
    return this.#heard.at(-1)?.id ?? this.#id;
  }

  /** The next event. */
  async next(): Promise<Heard> {
    for (;;) {
      const heard = this.#heard.shift();
      if (heard !== undefined) {
        this.#id = heard.id;
        return heard;
      }
      assert.equal(this.#end, "open", "the stream ended before the event came");
      await this.#news.promise;
      this.#news = Promise.withResolvers();
    }
  }

  /** How many events have come and are not read. */
  get waiting(): number {
    return this.#heard.length;
  }

  /** Resolves with how the stream ended. */
  async ended(): Promise<"complete" | "broken"> {
    while (this.#end === "open") {
      await this.#news.promise;
      if (this.#end === "open") this.#news = Promise.withResolvers();
    }
    return this.#end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sent.destroy();
    await this.ended();
  }

  #read(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf("\n\n"); end !== -1; end = this.#rest.indexOf("\n\n")) {
      this.#block(this.#rest.slice(0, end).split("\n"));
      this.#rest = this.#rest.slice(end + 2);
    }
    this.#news.resolve();
  }

  #block(lines: readonly string[]): void {
    const { event = "", id = this.#heard.at(-1)?.id ?? this.#id, data } = this.#fields(lines);
    if (data !== undefined) this.#heard.push({ event, id, data: JSON.parse(data) });
    else assert.equal(event, "", "an event without data");
  }

  #fields(lines: readonly string[]): Partial<Record<string, string>> {
    const fields: Partial<Record<string, string>> = {};
    for (const line of lines) {
      const [, name = "", value = ""] = /^(event|id|data): (.*)$/.exec(line) ?? [];
      if (name === "") this.others.push(line);
      else fields[name] = value;
    }
    return fields;
  }
}
