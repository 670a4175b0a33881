import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { answer, ended, oddHost, type Handler } from "./odd-host.ts";

const jobOf = (id: string, state: string): object => ({
  ID: id,
  Type: "t",
  State: state,
  Priority: 0,
  Progress: 0,
  CreationTime: "20260101T000000",
});

const tree = { state: "running", parts: [] };

const notFound = (response: ServerResponse): void =>
  answer(response, 404, { Details: "No job found with this id" });

describe("baton jobs watch", { timeout: 120_000 }, () => {
  it("says of a job that has left the history that it has ended", async () => {
    let asked = 0;
    await using host = await oddHost(({ url = "" }, response) => {
      asked += 1;
      if (asked > 4) return notFound(response);
      answer(response, 200, url.endsWith("/progress") ? tree : jobOf("7", "Running"));
    });
    const { code, out, err } = await ended("jobs", "--url", `http://${host.at}`, "watch", "7");
    assert.deepEqual([code, out], [0, "7: Running, 0 %"]);
    assert.deepEqual(err, ["The job 7 has ended, and has left the history since."]);
  });

  it("says so of a job that it has submitted, and that nobody has seen", async () => {
    await using host = await oddHost(({ method }, response) =>
      method === "POST" ? answer(response, 200, { ID: "7", Path: "/jobs/7" }) : notFound(response),
    );
    const url = ["--url", `http://${host.at}`];
    const [submitted, unknown] = await Promise.all([
      ended("jobs", ...url, "submit", "t", "--watch"),
      ended("jobs", ...url, "watch", "7"),
    ]);
    assert.deepEqual([submitted.code, submitted.err.length], [0, 1]);
    assert.deepEqual([unknown.code, unknown.err], [1, ["No job found with this id"]]);
  });

  it("asks for a job no more that has ended", async () => {
    const seen = new Map<string, number>();
    await using host = await oddHost(({ url = "" }, response) => {
      const [, , id = ""] = url.split("/");
      const times = (seen.get(id) ?? 0) + 1;
      seen.set(id, times);
      const isOver = id === "1" || times > 4;
      answer(
        response,
        200,
        url.endsWith("/progress") ? tree : jobOf(id, isOver ? "Success" : "Running"),
      );
    });
    const { code } = await ended("jobs", "--url", `http://${host.at}`, "watch", "1", "2");
    assert.deepEqual([code, seen.get("1"), seen.get("2")], [0, 2, 6]);
  });

  it("asks for few of many jobs at once, and goes on when that is too often", async () => {
    let [atOnce, asked] = [0, 0];
    let isAnswered = false;
    const held: (() => void)[] = [];
    const handler: Handler = ({ url = "" }, response) => {
      asked += 1;
      if (asked % 10 === 3) {
        response.setHeader("retry-after", "0");
        return answer(response, 429, { Details: "Too many requests come from your address." });
      }
      const [, , id = ""] = url.split("/");
      const isTree = url.endsWith("/progress");
      held.push(() => answer(response, 200, isTree ? tree : jobOf(id, "Success")));
      if (!isAnswered && held.length === 8) {
        isAnswered = true;
        return held.shift()?.();
      }
      // The answer to that one makes a job be asked for; all that came before it is under way still.
      if (!isTree && atOnce === 0) atOnce = held.length;
      if (atOnce > 0) held.splice(0).forEach((reply) => reply());
    };
    await using host = await oddHost((request, response) =>
      request.url === "/events" ? notFound(response) : handler(request, response),
    );
    const ids = Array.from({ length: 30 }, (_, number) => `${number}`);
    const { code, out, err } = await ended("jobs", "--url", `http://${host.at}`, "watch", ...ids);
    assert.deepEqual([code, err], [0, []]);
    assert.deepEqual(
      out.split("\n"),
      ids.map((id) => `${id}: Success, 0 %`),
    );
    assert.equal(atOnce, 8);
  });
});
