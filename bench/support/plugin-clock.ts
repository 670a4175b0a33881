// How a plugin is told to work: it takes the time itself.
import { findBinding } from "../../src/native/binding.ts";
import { Unable } from "./compare.ts";

/** Far above what any of them needs, so that a hang becomes an error. */
const patienceMs = 600_000;

/**
 * Has the plugin behind `url` do something `n` times, and answers how often a second it did.
 *
 * @throws {Unable} the plugin answered an error, or nothing for ten minutes.
 */
export async function rateOf(n: number, url: string): Promise<number> {
  return perSecond(n, await post(url));
}

/** What the plugin behind `url` answers. @throws {Unable} as rateOf. */
export async function post(url: string): Promise<string> {
  const signal = AbortSignal.timeout(patienceMs);
  const response = await fetch(url, { method: "POST", signal }).catch((error: unknown) => {
    const why = error instanceof Error ? (error.cause ?? error) : error;
    throw new Unable(`POST ${url}: ${String(why)}`, { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Unable(`POST ${url}: ${response.status} ${inOneLine(text)}`);
  return text;
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** @throws {Unable} `nanoseconds` is not a positive number. */
export function perSecond(n: number, nanoseconds: string | undefined): number {
  const took = Number(nanoseconds);
  if (!(took > 0)) throw new Unable(`"${nanoseconds}" is not a time`);
  return (n * 1e9) / took;
}

/** @throws {Unable} the host addon is not there. */
export function requireAddon(): void {
  if (findBinding() !== null) return;
  throw new Unable("native plugins need the host addon, which is not built: npm run build:addon");
}
