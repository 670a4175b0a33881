import { watch, type FSWatcher } from "node:fs";
import { QueueFailed, type Queue } from "../../queue/queue.ts";
import type { Origin } from "../../routing/origin.ts";
import { SpoolFull } from "../../spool/spool.ts";
import type { Intake } from "../intake.ts";
import { filesIn, pathOf, type FolderFile } from "./folder-files.ts";
import type { FolderSettings } from "./folder-settings.ts";
import { PutAway } from "./put-away.ts";
import { takeFile } from "./take-file.ts";

/** What a folder works with. */
export interface FolderParts {
  readonly intake: Intake;
  readonly queue: Queue;
  readonly log: (level: "info" | "warning", text: string) => void;
}

/** A file that has been seen. */
interface Seen {
  readonly stamp: string;
  /** Since when it has not changed, by a clock that nobody sets; milliseconds. */
  readonly since: number;
  /** Why it is no DICOM, as it is now; null: it is, or nobody has looked. */
  reason: string | null;
}

/** Files that are taken at a time. */
const lanes = 4;

/** After a sign that something has changed it is looked so soon, milliseconds, and not all the time. */
const hintMs = 100;
const restPerScan = 4;

/**
 * One folder into which others put files. It is looked through again and again, which is what counts; that
 * the system tells of changes only makes it sooner.
 */
export class WatchedFolder {
  readonly #settings: FolderSettings;
  readonly #parts: FolderParts;
  readonly #origin: Origin;
  readonly #away: PutAway;
  readonly #ending = new AbortController();
  #seen = new Map<string, Seen>();
  #work: Promise<void> = Promise.resolve();
  #watcher: FSWatcher | null = null;
  #wake: () => void = () => {};
  /** The system has told of a change since the last look began. */
  #isHinted = false;
  /** How long the last look took, in milliseconds. */
  #scanMs = 0;
  /** What was complained about last, so that it is said once. */
  #trouble = "";

  private constructor(settings: FolderSettings, parts: FolderParts) {
    this.#settings = settings;
    this.#parts = parts;
    const { name, path, to, done } = settings;
    this.#origin = { source: "folder", calledAet: "", callingAet: "", folder: name, to };
    const forget = (file: string): Promise<void> => parts.queue.call("forgetTaken", { file });
    this.#away = new PutAway(path, { done, forget });
  }

  /** What was taken of it before is put away; it is not watched yet. @throws what making the folder throws */
  static async open(settings: FolderSettings, parts: FolderParts): Promise<WatchedFolder> {
    const folder = new WatchedFolder(settings, parts);
    await folder.#away.open();
    return folder;
  }

  /** Begins to watch, once. */
  begin(): void {
    this.#listen();
    this.#work = this.#run();
  }

  /** What is in the queue stays there; a copy that is not complete is given up. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#watcher?.close();
    this.#wake();
    await this.#work;
  }

  #listen(): void {
    try {
      this.#watcher = watch(this.#settings.path, { persistent: false }, () => {
        this.#isHinted = true;
        this.#wake();
      });
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // There is the scan.
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      this.#isHinted = false;
      try {
        const isClean = await this.#scan();
        if (isClean) this.#trouble = "";
      } catch (error) {
        if (!signal.aborted) this.#complain(error);
      }
      await this.#pause();
    }
  }

  /** Until the next look: sooner if a file waits to be complete, or the system tells of a change. */
  async #pause(): Promise<void> {
    const { scanMs, stableMs } = this.#settings;
    if (this.#ending.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waitMs = this.#seen.size > 0 ? Math.min(scanMs, Math.max(hintMs, stableMs)) : scanMs;
    let timer = setTimeout(resolve, waitMs);
    this.#wake = () => {
      clearTimeout(timer);
      if (this.#ending.signal.aborted) return resolve();
      timer = setTimeout(resolve, Math.max(hintMs, restPerScan * this.#scanMs));
      this.#wake = () => {
        if (this.#ending.signal.aborted) resolve();
      };
    };
    // What came into a part that had been looked through by then was not seen.
    if (this.#isHinted) this.#wake();
    await promise;
    clearTimeout(timer);
    this.#wake = () => {};
  }

  /** True: nothing went wrong. @throws what keeps all files back */
  async #scan(): Promise<boolean> {
    const { path, stableMs } = this.#settings;
    const begun = performance.now();
    const seen = new Map<string, Seen>();
    const complete: FolderFile[] = [];
    let isRead = true;
    const onUnreadable = (error: unknown): void => {
      this.#complain(error);
      isRead = false;
    };
    for await (const file of filesIn(path, onUnreadable)) {
      if (this.#ending.signal.aborted) return false;
      const now = performance.now();
      const before = this.#seen.get(file.name);
      const isSame = before?.stamp === file.stamp;
      const known = isSame ? before : { stamp: file.stamp, since: now, reason: null };
      seen.set(file.name, known);
      if (now - known.since >= stableMs) complete.push(file);
    }
    this.#seen = seen;
    this.#scanMs = performance.now() - begun;
    const waiting = complete.values();
    // All of them end before anybody looks again.
    const ended = await Promise.allSettled(
      Array.from({ length: lanes }, () => this.#lane(waiting)),
    );
    for (const lane of ended) if (lane.status === "rejected") throw lane.reason;
    return isRead && ended.every((lane) => lane.status === "fulfilled" && lane.value);
  }

  /** Takes one file after the other, of those that are left. True: nothing was wrong with any. */
  async #lane(waiting: Iterator<FolderFile>): Promise<boolean> {
    let isClean = true;
    for (;;) {
      const next = waiting.next();
      if (next.done === true || this.#ending.signal.aborted) return isClean;
      try {
        await this.#handle(next.value);
      } catch (error) {
        if (concernsAll(error)) throw error;
        // One that may not be read keeps no other back.
        this.#complain(error);
        isClean = false;
      }
    }
  }

  async #handle(file: FolderFile): Promise<void> {
    const seen = this.#seen.get(file.name);
    if (seen === undefined) return;
    // One that is cut off may be so for good.
    const isOld = performance.now() - seen.since >= this.#settings.rejectMs;
    const isToLookAgain = isOld && this.#parts.intake.takesCut;
    if (seen.reason !== null && !isToLookAgain) return this.#rejectLater(file, seen, seen.reason);
    if (await this.#parts.queue.call("isTaken", { file: file.stamp })) return this.#finish(file);
    const path = pathOf(this.#settings.path, file.name);
    const { signal } = this.#ending;
    const fate = await takeFile(this.#parts.intake, {
      path,
      stamp: file.stamp,
      origin: this.#origin,
      isOld,
      signal,
    }).catch((error: unknown) => {
      // Somebody else has taken it.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    if (fate?.kind === "taken") await this.#finish(file);
    if (fate?.kind === "not-dicom") await this.#rejectLater(file, seen, fate.reason);
  }

  async #finish(file: FolderFile): Promise<void> {
    await this.#away.finish(file);
    this.#seen.delete(file.name);
  }

  /** Whoever writes it may have stopped for a while only. */
  async #rejectLater(file: FolderFile, seen: Seen, reason: string): Promise<void> {
    seen.reason = reason;
    if (performance.now() - seen.since < this.#settings.rejectMs) return;
    await this.#away.reject(file, reason);
    this.#seen.delete(file.name);
    // Without its name, which may be a patient's.
    const { name } = this.#settings;
    this.#parts.log("warning", `A file in the folder "${name}" was rejected: ${reason}`);
  }

  #complain(error: unknown): void {
    const code = error instanceof Error && "code" in error ? String(error.code) : null;
    // Words of the file system name files.
    const why = code ?? (error instanceof Error ? error.message : String(error));
    if (why === this.#trouble) return;
    this.#trouble = why;
    const { name } = this.#settings;
    this.#parts.log("warning", `The folder "${name}" is looked through again later: ${why}`);
  }
}

/** There is no room, or no queue; nothing of a file is at fault. */
function concernsAll(error: unknown): boolean {
  if (error instanceof SpoolFull || error instanceof QueueFailed) return true;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO"].includes(code);
}
