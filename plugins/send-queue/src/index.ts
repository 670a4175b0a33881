import { definePlugin, type JobHost } from "../../../src/sdk.ts";
import { Committer } from "./commitment/committer.ts";
import { Acceptor } from "./dicom/acceptor.ts";
import { SendJob, sendJobTypes, type SendParts, type SendState } from "./job/send-job.ts";
import { openSendQueue, type SendQueue } from "./open-send-queue.ts";
import { hurryHastened, isUnfinished, startJob, wakeRequests } from "./job/start-job.ts";
import type { Adopted } from "./receive/intake.ts";
import { WatchedFolders } from "./receive/folder/watched-folders.ts";
import { StorageService } from "./receive/storage-service.ts";
import { registerEnteringModalities } from "./routes/entering-modalities.ts";
import { registerInstances } from "./routes/instances.ts";
import { registerModalities } from "./routes/modalities.ts";
import { registerPanel } from "./routes/panel.ts";
import { registerQueue } from "./routes/queue.ts";
import { registerResubmit } from "./routes/resubmit.ts";
import { registerStoreStraight } from "./routes/store-straight.ts";
import { registerWebServers } from "./routes/web-servers.ts";
import { careFor } from "./upkeep/care.ts";
import { Wakes } from "./upkeep/wakes.ts";

/** What is open for each host. */
const running = new WeakMap<JobHost, AsyncDisposable>();

/** DICOM store-and-forward: what was taken is sent, however long a destination is away. */
export const plugin = definePlugin({
  name: "send-queue",
  version: "1.0.0",
  async start(host) {
    await using parts = new AsyncDisposableStack();
    await begin(host, parts);
    // If the start fails, what is open by then is closed again.
    running.set(host, parts.move());
  },
  async stop(host) {
    await running.get(host)?.[Symbol.asyncDispose]();
    running.delete(host);
  },
});

/** Opens one part after the other; they are closed in the reverse order. */
async function begin(host: JobHost, stack: AsyncDisposableStack): Promise<void> {
  const settings = host.getConfig("/send-queue");
  const queue = stack.use(await openSendQueue(settings, (trouble) => tellDisk(host, trouble)));
  const parts: SendParts = {
    queue: queue.queue,
    requests: queue.requests,
    destinationOf: (name) => queue.destinations.get(name) ?? null,
    growth: queue.router,
  };
  for (const type of Object.values(sendJobTypes)) {
    host.registerJob(type, (state) => new SendJob(type, state as unknown as SendState, parts));
  }
  queue.router.begin({
    start: (request, study) => startJob(host, parts, request, [study]),
    isAlive: (job) => isUnfinished(host, job),
    hurry: (jobs) => void hurryHastened(host, jobs),
    log: (level, text) => host.log(level, text),
  });
  registerModalities(host, queue, parts);
  registerEnteringModalities(host, queue);
  registerStoreStraight(host, queue, parts);
  registerWebServers(host, queue, parts);
  registerInstances(host, queue);
  registerQueue(host, queue, parts);
  registerResubmit(host, queue, parts);
  registerPanel(host, queue);
  tellAdopted(host, queue.adopted);
  const made = await wakeRequests(host, parts);
  if (made > 0) host.log("info", `${made} requests had no job any more, and have one again.`);
  const wakes = new Wakes(host, parts, queue.destinations);
  stack.defer(() => wakes.close());
  const committer = new Committer(host, parts, queue.destinations);
  stack.defer(() => committer.close());
  const caretaker = careFor(host, queue, { parts, committer });
  stack.defer(() => caretaker.close());
  const acceptor = await listen(host, queue, committer);
  stack.defer(() => acceptor?.close());
  const folders = await WatchedFolders.open(queue.settings.routing.folders, {
    intake: queue.intake,
    queue: queue.queue,
    log: (level, text) => host.log(level, text),
  });
  stack.defer(() => folders.close());
}

function tellDisk(host: JobHost, trouble: string | null): void {
  if (trouble === null) host.log("info", "What peers acknowledge gets to the disk again.");
  else {
    const risk = "Until it does, what the machine loses with its power is sent twice.";
    host.log("warning", `What peers acknowledge does not get to the disk: ${trouble}. ${risk}`);
  }
}

function tellAdopted(host: JobHost, { known, aside, unread }: Adopted): void {
  const tell = (count: number, what: string): void => {
    if (count > 0) host.log("warning", `The spool had ${count} files that ${what}`);
  };
  tell(known, "the queue did not know: it knows them again, and not where they were to go.");
  tell(aside, "are no instances that came in: they are in its folder unreadable.");
  tell(unread, "the queue does not know and that cannot be read: the next start tries again.");
}

/** Most associations of others at a time. */
const maxAssociations = 16;

/** An association on which nothing comes is ended after so long, in milliseconds. */
const idleMs = 60_000;

async function listen(
  host: JobHost,
  queue: SendQueue,
  committer: Committer,
): Promise<Acceptor | null> {
  const { receiver } = queue.settings;
  if (receiver === null) return null;
  const service = new StorageService(queue.intake, (report) => committer.take(report));
  return Acceptor.listen(service, {
    address: receiver.address,
    port: receiver.port,
    tls: receiver.tls,
    maxAssociations,
    idleMs,
    onTrouble: (caller, error) => {
      const who = caller === null ? "somebody" : JSON.stringify(caller.callingAet);
      host.log("warning", `An association of ${who} broke: ${String(error)}`);
    },
  });
}
