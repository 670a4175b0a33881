import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import {
  faultOfKey,
  faultOfMime,
  maxOpenOutputs,
  maxOutputs,
  type OutputRecord,
} from "../core/output.ts";
import type { JobOutput } from "../ports/job.ts";
import type { OutputFiles } from "../ports/outputs.ts";
import type { OpenOutput } from "../ports/runner.ts";
import type { Ledger } from "./ledger.ts";

/**
 * The outputs of jobs. An output is there when the record that names its file is committed; what a
 * crash leaves behind otherwise is a file that no record names, and is swept at the next start.
 */
export class Outputs {
  readonly #ledger: Ledger;
  readonly #files: OutputFiles;
  /** How many outputs a job is writing. */
  readonly #open = new Map<JobId, number>();

  constructor(ledger: Ledger, files: OutputFiles) {
    this.#ledger = ledger;
    this.#files = files;
  }

  /** Removes what a crash has left behind. REQUIRES: these are all records, and nothing runs yet. */
  async sweep(records: readonly JobRecord[]): Promise<void> {
    const named = records.flatMap(({ outputs }) => outputs);
    await this.#files.sweep(new Set(named.map(({ file }) => file)));
  }

  /** Begins an output of a running job. @throws {JobEngineError} INVALID_ARGUMENT, TOO_LARGE, WRONG_STATE */
  open(id: JobId, key: string, mime: string): OpenOutput {
    const fault = faultOfKey(key) ?? faultOfMime(mime);
    if (fault !== null) throw new JobEngineError("INVALID_ARGUMENT", fault);
    const { outputs } = this.#running(id);
    if (outputs.length >= maxOutputs && !outputs.some((output) => output.key === key)) {
      throw new JobEngineError("TOO_LARGE", `a job has at most ${maxOutputs} outputs`);
    }
    const ended = this.#begin(id);
    const draft = this.#files.create(id);
    return {
      write: (bytes) => draft.write(bytes),
      close: async () => {
        ended();
        await this.#keep(id, { key, mime, ...(await draft.finish()) });
      },
      discard: () => {
        ended();
        return draft.discard();
      },
    };
  }

  /** Counts an output that is being written; what it answers ends that, once. */
  #begin(id: JobId): () => void {
    const count = this.#open.get(id) ?? 0;
    if (count >= maxOpenOutputs) {
      const why = `a job writes at most ${maxOpenOutputs} outputs at the same time`;
      throw new JobEngineError("TOO_LARGE", why);
    }
    this.#open.set(id, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#open.get(id) ?? 1) - 1;
      if (left === 0) this.#open.delete(id);
      else this.#open.set(id, left);
    };
  }

  /** An output of a succeeded job. @throws {JobEngineError} NOT_FOUND */
  find(record: JobRecord, key: string): JobOutput {
    const { file, mime, size } = this.#find(record, key);
    const read = async (start = 0, end = size - 1): Promise<AsyncIterable<Uint8Array>> => {
      if (end < start) return empty();
      const bytes = await this.#files.read(file, start, end);
      if (bytes !== null) return bytes;
      throw new JobEngineError("NOT_FOUND", `the file of the output "${key}" is gone`);
    };
    return { key, mime, size, tag: file.slice(file.indexOf(".") + 1), read };
  }

  /** Resolves when it is committed that the output is gone. @throws {JobEngineError} NOT_FOUND */
  delete(record: JobRecord, key: string): Promise<void> {
    const gone = this.#find(record, key);
    const outputs = record.outputs.filter((output) => output !== gone);
    return this.#change(record.id, outputs, [gone]);
  }

  #find(record: JobRecord, key: string): OutputRecord {
    const { state, outputs } = this.#ledger.shown(record);
    const found = outputs.find((output) => output.key === key);
    if (found !== undefined && state.kind === "succeeded") return found;
    throw new JobEngineError("NOT_FOUND", `the job has no output "${key}"`);
  }

  async #keep(id: JobId, output: OutputRecord): Promise<void> {
    try {
      const { outputs } = this.#running(id);
      const others = outputs.filter(({ key }) => key !== output.key);
      const replaced = outputs.filter(({ key }) => key === output.key);
      await this.#change(id, [...others, output], replaced);
    } catch (error) {
      const isNamed = this.#ledger.table.get(id)?.outputs.includes(output) === true;
      if (!isNamed) await this.#files.remove([output.file]);
      throw error;
    }
  }

  /** A file goes when no committed record names it any more. */
  #change(
    id: JobId,
    outputs: readonly OutputRecord[],
    gone: readonly OutputRecord[],
  ): Promise<void> {
    const remove = (): void => void this.#files.remove(gone.map(({ file }) => file));
    return this.#ledger.change(id, { outputs }, remove);
  }

  #running(id: JobId): JobRecord {
    const record = this.#ledger.table.get(id);
    if (record?.state.kind === "running") return record;
    throw new JobEngineError("WRONG_STATE", "an output is written while its job runs");
  }
}

async function* empty(): AsyncIterable<Uint8Array> {}
