import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { unusableIdentity } from "../dicom/connect.ts";
import { Exchange, type Exchanged, type WebPatience } from "./exchange.ts";
import type { WebAddress } from "./web-address.ts";

/** What is asked of a server. */
export interface WebRequest {
  readonly method: "GET" | "POST";
  /** From the service's own. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none. Without a `Content-Length` among the headers it goes out in chunks. */
  readonly blocks: AsyncIterable<Buffer> | null;
}

/** One connection to a web server, kept between requests; one request at a time. */
export class WebConnection {
  readonly #address: WebAddress;
  readonly #patience: WebPatience;
  readonly #agent: HttpAgent;
  #current: Exchange | null = null;
  #isAborted = false;

  constructor(address: WebAddress, patience: WebPatience) {
    this.#address = address;
    this.#patience = patience;
    const options = { keepAlive: true, maxSockets: 1, noDelay: true };
    this.#agent =
      address.url.protocol === "https:"
        ? new HttpsAgent({ ...options, minVersion: "TLSv1.2", ...address.tls })
        : new HttpAgent(options);
  }

  /** Never follows a redirect, and never throws. */
  async exchange(request: WebRequest): Promise<Exchanged> {
    if (this.#isAborted) return { kind: "broken", trouble: { kind: "ended" }, isStale: false };
    try {
      this.#current = new Exchange(this.#begin(request), this.#patience);
    } catch (error) {
      // The settings have been checked, but for what is in the files of the certificates.
      return { kind: "broken", trouble: unusableIdentity(error), isStale: false };
    }
    const exchanged = await this.#current.run(request.blocks);
    this.#current = null;
    return exchanged;
  }

  /** Nothing is asked over it from now on. */
  abort(): void {
    this.#isAborted = true;
    this.#current?.abort();
    this.#agent.destroy();
  }

  #begin({ method, path, headers }: WebRequest): ClientRequest {
    const url = new URL(path, this.#address.url);
    const request = url.protocol === "https:" ? requestHttps : requestHttp;
    return request(url, {
      method,
      headers: { ...this.#address.headers, ...headers },
      agent: this.#agent,
    });
  }
}
