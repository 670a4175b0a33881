import type { HttpOptions } from "./host-options.ts";
import type { App, AppOptions } from "./http/app.ts";
import type { Doors } from "./http/doors/doors.ts";
import type { HttpServer, Place } from "./http/server.ts";
import type * as Serving from "./http/serving.ts";
import type { Rest } from "./ports/rest.ts";

/** Where the REST interface is served, and who is let in. */
export interface Door extends Place {
  readonly doors: Doors;
}

/**
 * Fastify, the schemas and their compiler: two thirds of all that a host with a server loads. One without
 * loads them for the first request that a plugin makes, and most never do.
 */
const loadServing = (): Promise<typeof Serving> => import("./http/serving.ts");

/** Applies the defaults. @throws {JobEngineError} CONFIG_INVALID */
export async function completeDoor(options: HttpOptions): Promise<Door> {
  const { completeDoors } = await loadServing();
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { address, port = 8042, ...doors }: HttpOptions = Object.fromEntries(given);
  const wanted = address ?? (doors.remoteAccess === true ? "0.0.0.0" : "127.0.0.1");
  return { address: wanted, port, doors: completeDoors(doors, wanted) };
}

/** What answers requests, from the network and from inside; made for the first of them. */
export class HostRequests {
  readonly #options: () => AppOptions;
  #app: App | null = null;
  #making: Promise<App> | null = null;
  #server: HttpServer | null = null;
  #isClosing = false;

  /** `options` is called once, when the REST interface is made. */
  constructor(options: () => AppOptions) {
    this.#options = options;
  }

  /** Null: nothing is served. */
  get server(): HttpServer | null {
    return this.#server;
  }

  /** For plugins of this process, and of those that belong to it. */
  readonly rest: Rest = {
    call: async (request) => (await this.#inside()).call(request),
    answer: async (...asked) => (await this.#inside()).answer(...asked),
    refusal: async (...asked) => (await this.#inside()).refusal(...asked),
  };

  /** Opens a server. @throws {JobEngineError} as startServer */
  async serve(place: Place): Promise<void> {
    const { startServer } = await loadServing();
    this.#server = await startServer(await this.#theApp(), place);
  }

  /** Every request is refused from now on. */
  beginClose(): void {
    this.#isClosing = true;
    if (this.#app !== null) this.#app.isClosing = true;
  }

  /** As HttpServer.close. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #inside(): Promise<Rest> {
    const { InProcessRest } = await loadServing();
    return new InProcessRest(await this.#theApp());
  }

  #theApp(): Promise<App> {
    return (this.#making ??= this.#make());
  }

  async #make(): Promise<App> {
    const { createApp } = await loadServing();
    this.#app = createApp(this.#options());
    this.#app.isClosing = this.#isClosing;
    return this.#app;
  }
}
