/** Longest text of a caller that is repeated in an answer, in characters. */
const longestEcho = 200;

/**
 * The path of a request's target: no query, no duplicate and no trailing slash, as Orthanc flattens
 * it. Still percent-encoded, so that an escaped slash stays inside its segment.
 */
export function pathOf(target: string): string {
  const withoutOrigin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const [path = ""] = withoutOrigin.split(/[?#]/, 1);
  const flat = `/${path}`.replaceAll(/\/{2,}/g, "/");
  return flat.length > 1 ? flat.replace(/\/$/, "") : flat;
}

/** The query of a request's target. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : target.slice(start));
}

/** A path as people read it; what cannot be decoded is left as it is. */
export function readablePath(target: string): string {
  const path = pathOf(target);
  try {
    return shorten(decodeURIComponent(path));
  } catch {
    // Not percent-encoding: the caller sees what it sent.
    return shorten(path);
  }
}

/** A caller's text for a sentence, quoted and not longer than is good for a sentence. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** A caller's text, not longer than is good for a sentence. */
export function shorten(text: string): string {
  return text.length > longestEcho ? `${text.slice(0, longestEcho)}…` : text;
}
