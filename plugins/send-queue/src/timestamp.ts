/** A time as Orthanc writes it, in UTC with six digits of the second: 20261121T190448.561000. Epoch milliseconds. */
export const timestamp = (ms: number): string =>
  `${new Date(ms).toISOString().replaceAll(/[-:]|Z$/g, "")}000`;

const ofOrthanc = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{1,6})?)$/;
const ofIso = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds of such a time, or of one of ISO 8601 that says its zone; null: it is neither. */
export function readTimestamp(text: string): number | null {
  const iso = text.replace(ofOrthanc, "$1-$2-$3T$4:$5:$6Z");
  const time = ofIso.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
