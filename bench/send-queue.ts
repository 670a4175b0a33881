// How long do 2,000 small DICOM files take on one association, how much memory do many files and a large one
// take, and what does a dead destination cost a healthy one?
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Association } from "../plugins/send-queue/src/dicom/association.ts";
import type { DataSet } from "../plugins/send-queue/src/dicom/data-set.ts";
import { resourcesOf } from "../plugins/send-queue/src/resource-ids.ts";
import { freePort } from "../test/support/free-port.ts";
import { explicit, madeInstance } from "../plugins/send-queue/test/support/made-instance.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Pair,
} from "./support/compare.ts";
import { pairOfMs, rateOfMs } from "./support/latency.ts";
import { buildProduct, type Product } from "./support/product.ts";
import { makeScratch, type Scratch } from "./support/scratch.ts";
import {
  openDrain,
  quickPeer,
  startSendingHost,
  startStorescp,
  type Drain,
  type SendingHost,
} from "./support/sending-host.ts";

const run = promisify(execFile);

/** A small CT. */
const pixelBytes = 38_000;
const files = 2_000;
const kept = 10_000;
const largeBytes = 1_073_741_824;
/** Of `--quick`, which is to be done in seconds. */
const quickLargeBytes = 67_108_864;
/** A pair is short, and its noise is large: three times as many. */
const pairsARun = 3;
/** Requests that wait for a dead destination while a healthy one is sent to. */
const waiting = 50;
/** What became due while a host was stopped is done in so long; in one that runs nothing piles up. */
const settleMs = 500;

const mebibyte = 1_048_576;

/** Yields the figures of time, then of memory, then of the dead destination. */
export async function* sendQueue(extent: Extent): AsyncGenerator<Figure> {
  await using scratch = await makeScratch();
  const place = { scratch, product: await buildProduct(scratch) };
  yield* await times(place, extent);
  yield* await memory(place, extent);
  yield* await besideDead(place, extent);
}

interface Place {
  readonly scratch: Scratch;
  readonly product: Product;
}

async function times(
  { scratch, product }: Place,
  { runs, largest }: Extent,
): Promise<readonly Figure[]> {
  const n = Math.min(files, largest / 5);
  const archive = join(scratch.folder, "archive");
  await mkdir(archive);
  await using drain = await openDrain();
  await using keeping = await startStorescp(["+B", "-od", archive]);
  await using ignoring = await startStorescp(["--ignore"]);
  const modality = (to: Drain | null): unknown => ["PEER", "127.0.0.1", (to ?? drain).port];
  await using host = await startSendingHost(product, scratch, {
    DicomModalities: {
      drain: modality(drain),
      keeping: modality(keeping),
      ignoring: modality(ignoring),
    },
    SendQueue: { Defaults: { Concurrency: 1 }, Destinations: { drain: { Concurrency: 2 } } },
  });
  const folder = join(scratch.folder, "files");
  await fill(host, n, folder);
  const both = (name: string, port: number | undefined): readonly Instrument[] => [
    async () => ({ [`send-queue, ${name}`]: rateOfMs(await host.send(name, study)) }),
    async () =>
      port === undefined ? {} : { [`storescu, ${name}`]: rateOfMs(await storescu(port, folder)) },
  ];
  const instruments: readonly Instrument[] = [
    ...both("keeping", keeping?.port),
    ...both("ignoring", ignoring?.port),
    async () => ({ "send-queue, no delay": n * rateOfMs(await host.send("drain", study)) }),
    async () => ({ "limit 500/s": 500 }),
  ];
  // Until everything is compiled.
  for (const instrument of instruments) await instrument(n);
  return await interleave({ n, runs }, instruments, [
    pairOfMs("send-queue, keeping", "storescu, keeping"),
    pairOfMs("send-queue, ignoring", "storescu, ignoring"),
    { ours: "send-queue, no delay", peer: "limit 500/s", unit: "/s" },
  ]);
}

/** What is made is of one study. */
const { study } = resourcesOf({
  patientId: "NOBODY",
  studyInstance: "2.25.1",
  seriesInstance: "2.25.1.1",
  sopInstance: "",
});

/** Takes `n` instances in; writes them to `folder` too, if there is one. */
async function fill(host: SendingHost, n: number, folder?: string): Promise<void> {
  if (folder !== undefined) await mkdir(folder);
  let left = n;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { file } = madeInstance(explicit, pixelBytes);
      if (folder !== undefined) await writeFile(join(folder, `${left}.dcm`), file);
      await host.take(file);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

/** Milliseconds for all files of a folder, on one association. */
async function storescu(port: number, folder: string): Promise<number> {
  const began = performance.now();
  await run("storescu", ["+sd", "127.0.0.1", String(port), folder], { env: quickPeer });
  return performance.now() - began;
}

/** As rates: of what there may be. */
const pairOfBytes = (name: string): Pair => ({
  ours: name,
  peer: "limit 150 MB",
  unit: "MB",
  shown: (rate) => 1 / rate / mebibyte,
});

const limit: Instrument = async () => ({ "limit 150 MB": 1 / (150 * mebibyte) });

async function memory(place: Place, { largest }: Extent): Promise<readonly Figure[]> {
  const isQuick = largest < kept;
  const n = isQuick ? largest / 5 : kept;
  const large = isQuick ? quickLargeBytes : largeBytes;
  const names = { many: "send-queue, memory", large: "send-queue, memory, one object" };
  const many: Instrument = async () => ({ [names.many]: 1 / (await memoryOfMany(place, n)) });
  const one: Instrument = async () => ({
    [names.large]: 1 / (await memoryOfLarge(place, large)),
  });
  return [
    ...(await interleave({ n, runs: 1 }, [many, limit], [pairOfBytes(names.many)])),
    ...(await interleave({ n: large, runs: 1 }, [one, limit], [pairOfBytes(names.large)])),
  ];
}

/** Bytes, of a process that has taken in and sent `n` instances. */
async function memoryOfMany({ scratch, product }: Place, n: number): Promise<number> {
  await using drain = await openDrain();
  const modalities = { drain: ["DRAIN", "127.0.0.1", drain.port] };
  await using host = await startSendingHost(product, scratch, {
    DicomModalities: modalities,
    SendQueue: {},
  });
  await fill(host, n);
  await host.send("drain", study);
  return await host.maxRss();
}

/** Bytes, of a process that has taken in one instance by C-STORE, and sent it. */
async function memoryOfLarge({ scratch, product }: Place, size: number): Promise<number> {
  await using drain = await openDrain();
  const DicomPort = await freePort();
  await using host = await startSendingHost(product, scratch, {
    DicomServerEnabled: true,
    DicomPort,
    DicomModalities: { drain: ["DRAIN", "127.0.0.1", drain.port] },
    SendQueue: {},
  });
  const { sopClass, sopInstance, transferSyntax, dataSet } = madeInstance(explicit, 0);
  const contexts = [{ id: 1, abstractSyntax: sopClass, transferSyntaxes: [transferSyntax] }];
  const address = { host: "127.0.0.1", port: DicomPort, tls: null };
  const association = await Association.open({
    address,
    calledAet: "A",
    callingAet: "B",
    contexts,
  });
  const data = enlarged(dataSet, size);
  await association.store({ contextId: 1, sopClass, sopInstance, data });
  await association.release();
  await host.send("drain", study);
  return await host.maxRss();
}

/** The same data set with so many bytes of pixels, all zero. They are the last element, and empty. */
function enlarged(dataSet: Buffer, size: number): DataSet {
  const head = Buffer.from(dataSet);
  head.writeUInt32LE(size, head.length - 4);
  return {
    size: head.length + size,
    read: async (views, position) => {
      let at = position;
      for (const view of views) {
        view.fill(0);
        if (at < head.length) view.set(head.subarray(at, at + view.length));
        at += view.length;
      }
      return at - position;
    },
  };
}

async function besideDead(
  { scratch, product }: Place,
  { runs, largest }: Extent,
): Promise<readonly Figure[]> {
  await using drain = await openDrain();
  const dead = await freePort();
  const settings = {
    DicomModalities: {
      drain: ["DRAIN", "127.0.0.1", drain.port],
      dead: ["DEAD", "127.0.0.1", dead],
    },
    SendQueue: {
      Destinations: { dead: { Retry: { First: 0.5, Factor: 1, Max: 0.5, Jitter: 0.2 } } },
    },
  };
  await using alone = await startSendingHost(product, scratch, settings);
  await using beside = await startSendingHost(product, scratch, settings);
  const n = Math.min(files, largest / 5);
  for (const host of [alone, beside]) await fill(host, n);
  for (let request = 0; request < waiting; request += 1) {
    await beside.leave("dead", await beside.take(madeInstance(explicit, pixelBytes).file));
  }
  const names = { beside: "send-queue, beside a dead one", alone: "alone" };
  const measured =
    (host: SendingHost, name: string): Instrument =>
    async () => {
      host.thaw();
      await delay(settleMs);
      const rate = n * rateOfMs(await host.send("drain", study));
      host.freeze();
      return { [name]: rate };
    };
  const instruments = [measured(beside, names.beside), measured(alone, names.alone)];
  for (const instrument of instruments) await instrument(n);
  const pairs = [{ ours: names.beside, peer: names.alone, unit: "/s" }];
  return await interleave({ n, runs: runs * pairsARun }, instruments, pairs);
}
