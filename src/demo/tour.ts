import { showCancel, showPause, showPlugins, showRetry, summary } from "./scenes.ts";
import { showKill } from "./kill-scene.ts";
import { Screen } from "./screen.ts";
import { showTree } from "./tree-scene.ts";
import { openStage, type Stage } from "./stage.ts";
import { TourError } from "./watch.ts";

/** The tour must be over by then; milliseconds. */
const longestTourMs = 55_000;

/** Plays the whole tour; resolves with the exit code. Cleans up whatever happens. */
export async function runTour(program: string): Promise<number> {
  const screen = new Screen(process.stdout);
  const atEnd: Stage["atEnd"] = [];
  const began = performance.now();
  try {
    await Promise.race([play(screen, program, atEnd), tooLong(), interruption()]);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    screen.headline(`Everything came out as it should, in ${seconds} s.`);
    screen.say("To keep a host running: npm start");
    return 0;
  } catch (error) {
    const isOurs = error instanceof TourError;
    const why = isOurs ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`\nThe demo failed: ${why}\n`);
    return 1;
  } finally {
    await cleanUp(atEnd);
  }
}

async function cleanUp(atEnd: Stage["atEnd"]): Promise<void> {
  for (const end of atEnd.toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- in reverse order, one after the other
    await end().catch((error: unknown) => {
      process.stderr.write(`cleaning up: ${String(error)}\n`);
    });
  }
}

async function play(screen: Screen, program: string, atEnd: Stage["atEnd"]): Promise<void> {
  const stage = await openStage(screen, program, atEnd);
  await showPlugins(stage);
  await showPause(stage);
  await showRetry(stage);
  await showCancel(stage);
  await showTree(stage);
  await showKill(stage);
  summary(stage);
}

async function tooLong(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const sentence = `it was not over after ${longestTourMs / 1000} s`;
  setTimeout(() => reject(new TourError(sentence)), longestTourMs).unref();
  return promise;
}

async function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => reject(new TourError(`it was ended by ${signal}`)));
  }
  return promise;
}
