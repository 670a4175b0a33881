import { createApp, type App } from "../../../src/http/app.ts";
import { completeDoors, type DoorOptions } from "../../../src/http/doors/door-options.ts";
import { hashPassword, hashText } from "../../../src/http/doors/passwords.ts";
import { newToken, tokenHashText } from "../../../src/http/doors/tokens.ts";
import type { Routes } from "../../../src/ports/plugin.ts";
import { noRoutes, ScriptedJobs, scriptedJob } from "../scripted-host.ts";

/** A hash that costs next to nothing: these tests are not about its cost. */
export async function cheapHash(password: string): Promise<string> {
  return hashText(await hashPassword(password, { ln: 10, r: 8, p: 1 }));
}

/** A new token and what is kept of it. */
export function madeToken(): { readonly token: string; readonly hash: string } {
  const token = newToken();
  return { token, hash: tokenHashText(token) };
}

/** The REST interface with one pending job, behind doors. */
export function guardedApp(
  doors: DoorOptions,
  routes: Routes = noRoutes,
): App & { readonly jobs: ScriptedJobs } {
  const jobs = new ScriptedJobs();
  jobs.table = [scriptedJob()];
  const complete = completeDoors(doors, "127.0.0.1");
  return { ...createApp({ jobs, routes, onError: () => {}, doors: complete }), jobs };
}

export interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly details: string;
  readonly challenges: readonly string[];
  readonly retryAfter: string | undefined;
}

/** Sends a request with this `Authorization`; null: without. */
export async function ask(
  app: App,
  authorization: string | null,
  [method, url]: readonly [method: string, url: string] = ["GET", "/jobs"],
): Promise<Told> {
  const headers = authorization === null ? {} : { authorization };
  const answer = await app.fastify.inject({ method: method as "GET", url, headers });
  const body = (answer.statusCode >= 400 && answer.body !== "" ? JSON.parse(answer.body) : {}) as {
    readonly Details?: string;
    readonly BatonError?: { readonly Code: string };
  };
  return {
    status: answer.statusCode,
    code: body.BatonError?.Code,
    details: body.Details ?? "",
    challenges: [answer.headers["www-authenticate"] ?? []].flat(),
    retryAfter: answer.headers["retry-after"],
  };
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}
