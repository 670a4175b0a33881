import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../src/sdk.ts";
import { compare } from "./orthanc/compare.ts";
import { Met } from "./orthanc/differences.ts";
import type { LabWork } from "./orthanc/lab.ts";
import { about, idIn, isShown, recorded, versions, type Exchange } from "./orthanc/recordings.ts";
import { Scene, type StateName } from "./orthanc/scene.ts";

const roughly = { values: false };

/** What the odd jobs of 02-states do. */
const odd: readonly (readonly [note: RegExp, work: LabWork])[] = [
  [/^step\(\) returned/, { steps: 1, odd: { kind: "nonsense" }, progress: 2 / 3, content: {} }],
  [/^getContent\(\) returned NULL/, { steps: 1, content: {} }],
  [/^getContent\(\) has a duplicate key/, { steps: 1, content: { bad: "?", dup: 2, utf8: "é" } }],
  [/^getProgress\(\) = 2.5/, { steps: 1, progress: 2.5, content: {} }],
  [/^getProgress\(\) = -1/, { steps: 1, progress: -1, content: {} }],
  [/^getProgress\(\) = Infinity/, { steps: 1, progress: Infinity, content: {} }],
];

/** The state that a job was in before it was asked for. */
function stateBefore({ note, response }: Exchange): StateName {
  const named = /an? (Pending|Running|Paused|Success|Failure|Canceled) job/.exec(note)?.[1];
  if (named !== undefined) return named as StateName;
  const { json } = response;
  if (!isShown(json) || json.State === "Retry") return "Failure";
  return json.ErrorCode === 37 ? "Canceled" : json.State;
}

/** Exchanges about one job, one after the other. */
function aboutOneJob(exchanges: readonly Exchange[]): ReadonlyMap<string, readonly Exchange[]> {
  const groups = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const id = idIn(exchange.request.path);
    if (id === null || id.startsWith("00000000")) continue;
    groups.set(id, [...(groups.get(id) ?? []), exchange]);
  }
  return groups;
}

/** A job that is as the recorded one was, and all that was asked of it. */
async function replay(scene: Scene, group: readonly Exchange[], met: Met): Promise<void> {
  const [first] = group;
  // A job in TypeScript whose progress is no number is at 0: the scripted ones show that.
  if (first === undefined || first.note.includes("NaN")) return;
  const work = odd.find(([note]) => note.test(first.note))?.[1];
  const state = work?.odd === undefined ? stateBefore(first) : "Failure";
  const id = await scene.bring(state, work === undefined ? {} : { work, priority: 0 });
  for (const exchange of group) {
    const { json } = exchange.response;
    const isGone = met.expected(exchange).status === 404;
    if (isShown(json) && !isGone) await scene.until(id, json);
    compare(exchange, await scene.ask(exchange, id), met, roughly);
  }
}

describe("a plugin that behaves as the recorded one", () => {
  for (const version of versions) {
    for (const file of [
      "02-states",
      "03-actions-matrix",
      "04-action-requests",
      "07-delete",
    ] as const) {
      it(`is answered alike: ${version}, ${file}`, async () => {
        await using scene = await Scene.open();
        const met = new Met();
        const groups = aboutOneJob(recorded(version, file));
        assert.ok(groups.size > 0);
        for (const group of groups.values()) await replay(scene, group, met);
      });
    }
  }

  for (const version of versions) {
    it(`is forgotten at once where no finished job is kept: ${version}`, async () => {
      await using scene = await Scene.open({ historySize: 0, failedHistorySize: 0 });
      const met = new Met();
      const ids = { done: await scene.bring("Success"), waits: await scene.bring("Pending") };
      for (const exchange of recorded(version, "13-history-size-0")) {
        const { method, path } = exchange.request;
        if (method === "POST" && !path.startsWith("/jobs/")) continue;
        const isFirst = exchange.note === "the job is gone";
        if (exchange.note === "the list") await scene.harness.host.cancelJob(ids.waits);
        const { json } = exchange.response;
        if (isShown(json)) {
          const content = json.Content as JsonObject;
          const work = { steps: 3, type: String(json["Type"]), content };
          ids.waits = await scene.bring("Pending", { work, priority: json.Priority });
        }
        compare(exchange, await scene.ask(exchange, isFirst ? ids.done : ids.waits), met, {
          values: false,
        });
      }
    });

    it(`is forgotten when others have ended after it, but for failures: ${version}`, async () => {
      await using scene = await Scene.open({ historySize: 2 });
      for (const state of ["Success", "Failure", "Success", "Success"] as const)
        await scene.bring(state);
      const [exchange] = recorded(version, "14-history-eviction");
      assert(exchange !== undefined, version);
      const shown = (await scene.ask(exchange, null)).json as readonly { readonly State: string }[];
      // Theirs keeps two; ours keeps failures apart.
      assert.deepEqual(
        shown.map(({ State: state }) => state),
        ["Failure", "Success", "Success"],
        about(exchange),
      );
    });
  }
});
