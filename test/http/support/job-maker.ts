import {
  JobEngineError,
  openHost,
  StepResult,
  type Host,
  type HostOptions,
  type JsonObject,
} from "../../../src/index.ts";
import { ScriptedJob } from "../../e2e/support/scripted-job.ts";
import { send, type Answer } from "../scripted-host.ts";

/** A job that was made from content. */
export class MadeJob extends ScriptedJob {
  override finalize(): void {
    this.calls.push("finalize");
  }

  override getContent(): JsonObject {
    return { Steps: this.calls.filter((call) => call === "step").length };
  }
}

/** A host that makes jobs from content, and each of them with what it was made of. */
export interface Maker extends Host {
  readonly made: readonly { readonly job: MadeJob; readonly content: JsonObject }[];
}

/**
 * A host whose type "scripted" can be created from content, and "closed" cannot. With `End` in the
 * content the job's first step ends so, else it does not end.
 */
export async function openMaker(options: HostOptions = {}): Promise<Maker> {
  const host = await openHost({ http: { port: 0 }, drainTimeoutMs: 0, ...options });
  const made: { job: MadeJob; content: JsonObject }[] = [];
  host.registerJob("closed", () => new MadeJob());
  host.registerJob("scripted", () => new MadeJob(), {
    create(content) {
      if (content["Fault"] === true) throw new TypeError("a fault of the plugin, with /a/path");
      if ("Bad" in content)
        throw new JobEngineError("INVALID_ARGUMENT", `Bad is ${JSON.stringify(content["Bad"])}`);
      const job = new MadeJob();
      const { End: end } = content;
      if (end === "success") job.end(StepResult.success);
      else if (typeof end === "string") job.end(StepResult.failure(end, "as it was told"));
      made.push({ job, content });
      return job;
    },
  });
  return { ...host, made };
}

/** Asks the host for a job. */
export function post(host: Host, body: unknown, query = ""): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return send(String(host.url), "POST", { path: `/jobs${query}`, body: text });
}

/** What a refusal tells people. */
export function detailsOf({ json }: Answer): string {
  return (json as { readonly Details: string }).Details;
}
