import { stat } from "node:fs/promises";

/** So often files are looked at; milliseconds. */
const lookEveryMs = 1_000;

/**
 * Calls `changed` whenever one of the files is another than before, and at every SIGHUP; never twice at
 * once. It answers whether all is taken over; until then it is called again at every look, with `isAgain`.
 * Polls: a file may be replaced, may be missing, and may stand where nothing tells of changes.
 * Does not keep the process alive. `since`: when they were read last, epoch milliseconds. The answer
 * ends it.
 */
export function watchFiles(
  files: readonly string[],
  since: number,
  changed: (isAgain: boolean) => Promise<boolean>,
): () => void {
  let seen: string | null = null;
  let isBusy = false;
  let isAsked = false;
  let isOwed = false;
  const look = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    const marks = await Promise.all(files.map(markOf));
    const now = marks.map(({ text }) => text).join();
    const isOther = seen === null ? marks.some(({ time }) => time >= since) : now !== seen;
    const isNews = isAsked || isOther;
    if (isNews || isOwed) {
      isAsked = false;
      isOwed = !(await changed(!isNews));
    }
    seen = now;
    isBusy = false;
    if (isAsked) await look();
  };
  const hangUp = (): void => {
    isAsked = true;
    void look();
  };
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  process.on("SIGHUP", hangUp);
  void look();
  return () => {
    clearInterval(timer);
    process.off("SIGHUP", hangUp);
  };
}

/** Another one for other content; of a file that is not there, "none". */
async function markOf(file: string): Promise<{ readonly text: string; readonly time: number }> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return { text: [ino, size, mtimeMs, ctimeMs].join(" "), time: ctimeMs };
  } catch {
    return { text: "none", time: 0 };
  }
}
