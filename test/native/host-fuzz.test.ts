import { after, before, describe, it } from "node:test";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";
import { FuzzHost } from "./support/fuzz-host.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const number = (name: string, otherwise: number): number => Number(process.env[name] || otherwise);

/** `npm run fuzz` says how long; else three rounds. The next round's seed is one more. */
const seconds = number("BATON_SECONDS", 0);
const firstSeed = number("BATON_SEED", Math.floor(Math.random() * 1_000_000));
const operations = number("BATON_OPERATIONS", 120);

const workshop = new HostWorkshop();
/** One image for each host that is open at a time. */
let libraries: readonly string[] = [];
before(() => {
  libraries = ["one", "two"].map((name) => workshop.sharedLibrary("fuzz", `${name}.so`));
});
after(() => workshop.remove());

const timeout = 120_000 + seconds * 2_000;

describe("hosts in which everybody acts at random", { timeout }, () => {
  it(`keep and lose no payload (BATON_SEED=${firstSeed})`, { timeout }, async () => {
    const end = Date.now() + seconds * 1000;
    let round = 0;
    do {
      const seed = firstSeed + round;
      if (seconds > 0) console.log(`BATON_SEED=${seed}`);
      await liveTogether(seed);
      round += 1;
    } while (seconds > 0 ? Date.now() < end : round < 3);
  });
});

/** One host with a memory store, one with a file, at the same time; the file is opened again. */
async function liveTogether(seed: number): Promise<void> {
  await using folder = await temporaryFolder();
  const [one = "", two = ""] = libraries;
  const store = { kind: "sqlite", path: `${folder.path}/fuzz.db`, durability: "process" } as const;
  const forgetful = await new FuzzHost(seed, one, { kind: "memory" }).open();
  const lasting = await new FuzzHost(seed + 1, two, store).open();
  await Promise.all([forgetful.live(operations), lasting.live(operations)]);
  const again = await new FuzzHost(seed + 2, two, store).open();
  await again.live(operations / 4);
}
