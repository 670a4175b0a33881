import type { JobInfo } from "../../../src/ports/job.ts";
import { scriptedJob, startTestServer, type TestServer } from "../scripted-host.ts";
import { EventClient, type Heard } from "./event-client.ts";

/** A server whose jobs a test moves, and clients that hear of it. */
export interface Stage extends AsyncDisposable {
  readonly server: TestServer;
  /** Everybody who was there. */
  readonly clients: readonly EventClient[];
  /** Submits a job, or changes the one with this id. */
  put(id: string, changes?: Partial<JobInfo>): void;
  forget(id: string): void;
  open(path: string, lastId?: string): Promise<EventClient>;
  /** Lets time go by, as little at a time as that a frame takes none of it; milliseconds. */
  tick(ms?: number): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const server = await startTestServer();
  const clients: EventClient[] = [];
  const { jobs, clock } = server;
  return {
    server,
    clients,
    put(id, changes = {}) {
      const before = jobs.table.find((job) => job.id === id);
      const job = { ...(before ?? scriptedJob({ id })), ...changes };
      if (before === undefined) jobs.tell({ kind: "submitted", job });
      else jobs.tell({ kind: "changed", job, from: before.state });
    },
    forget: (id) => jobs.tell({ kind: "forgotten", id }),
    async open(path, lastId) {
      const headers = lastId === undefined ? {} : { "last-event-id": lastId };
      const client = await EventClient.open(`${server.url}${path}`, headers);
      clients.push(client);
      return client;
    },
    async tick(ms = 250) {
      for (let gone = 0; gone < ms; gone += 5) {
        clock.advance(Math.min(5, ms - gone));
        await clock.yield();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** What a frame says, as short as can be. */
export function brief({ event, data }: Heard): unknown {
  if (event !== "jobs") return event;
  const jobs = data.Jobs.map(({ ID, State }: Record<string, string>) => `${ID} ${State}`);
  return { jobs, gone: data.Gone };
}
