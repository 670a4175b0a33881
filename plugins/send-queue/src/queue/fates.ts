import type { SQLInputValue } from "node:sqlite";
import type { Meant, QueueRequest, RepushPolicy } from "./item.ts";
import { stateNumbers } from "./rows.ts";
import type { Sql } from "./sql.ts";

/** Rows of `instances`, each once, in the order in which they are to be sent; and how many files are missing. */
export interface Fates {
  readonly added: ReadonlySet<number>;
  readonly merged: ReadonlySet<number>;
  readonly skipped: ReadonlySet<number>;
  readonly missing: number;
}

/**
 * What becomes of all that is meant, in one statement: of a study there may be tens of thousands, and none of
 * them leaves the database for it.
 */
export function fatesOf(
  sql: Sql,
  { id, destination }: Pick<QueueRequest, "id" | "destination">,
  { policy, meant }: { readonly policy: RepushPolicy; readonly meant: Meant },
): Fates {
  const isByHash = "hashes" in meant;
  const list = JSON.stringify(isByHash ? meant.hashes : meant.resources);
  const values: SQLInputValue[] = [list, destination];
  if (policy === "never") values.push(id);
  const found = isByHash ? filesMeant : resourcesMeant;
  const added = new Set<number>();
  const merged = new Set<number>();
  const skipped = new Set<number>();
  const missing = new Set<unknown>();
  const sets: Readonly<Record<string, Set<unknown>>> = { added, merged, skipped, missing };
  const select = `SELECT meant.value, instances.rowid AS number, ${fateBy[policy]} ${found}`;
  for (const { number, value, fate } of sql.each(select, ...values)) {
    sets[String(fate)]?.add(fate === "missing" ? value : number);
  }
  return { added, merged, skipped, missing: missing.size };
}

/** The first of these ids that no instance in the spool is, or is a part of; null: there is none. */
export function unknownOf(sql: Sql, resources: readonly string[]): string | null {
  const row = sql.get(
    `SELECT value FROM json_each(?) AS meant WHERE NOT EXISTS (
       SELECT 1 FROM instances WHERE ${isPartOf("instances")} AND in_spool = 1) LIMIT 1`,
    JSON.stringify(resources),
  );
  return row === undefined ? null : String(row["value"]);
}

/** Whether an instance is what is meant, or a part of it. */
function isPartOf(instances: string): string {
  const columns = ["instance", "series", "study", "patient"];
  return `(${columns.map((column) => `${instances}.${column} = meant.value`).join(" OR ")})`;
}

/** What came first goes first; of the same UID the last that came is the one that is meant. */
const resourcesMeant = `FROM json_each(?1) AS meant JOIN instances ON ${isPartOf("instances")}
  WHERE instances.in_spool = 1 AND NOT EXISTS (SELECT 1 FROM instances AS newer
    WHERE newer.sop_instance = instances.sop_instance AND newer.in_spool = 1 AND ${isPartOf("newer")}
    AND (newer.entered_at, newer.rowid) > (instances.entered_at, instances.rowid))
  ORDER BY meant.key, instances.entered_at, instances.rowid`;

const filesMeant = `FROM json_each(?1) AS meant LEFT JOIN instances ON instances.hash = meant.value
  ORDER BY meant.key`;

/**
 * Whether these bytes are what the destination has, or will have when all is sent that waits; null: they
 * are not, or somebody may take them back. In the worst case they are then sent twice.
 */
const known = `(SELECT CASE WHEN last.hash <> instances.hash THEN NULL
    WHEN last.state = ${stateNumbers.sent} THEN 'sent'
    WHEN (SELECT is_queued FROM requests WHERE requests.id = last.request) = 1 THEN 'pending' END
  FROM items AS last
  WHERE last.sop_instance = instances.sop_instance AND last.destination = ?2
  AND last.state IN (${stateNumbers.pending}, ${stateNumbers.sent}) ORDER BY last.id DESC LIMIT 1)`;

/** The same where only what waits is of interest. Mostly nothing does, which is seen once, and not for each. */
const knownToWait = `CASE WHEN EXISTS (SELECT 1 FROM items AS waiting
    WHERE waiting.state = ${stateNumbers.pending} AND waiting.destination = ?2) THEN ${known} END`;

const skippedIf = (condition: string): string =>
  `ELSE CASE WHEN EXISTS (${condition}) THEN 'skipped' ELSE 'added' END`;

const fateOf = (unlessMerged: string, state: string = knownToWait): string =>
  `CASE WHEN instances.in_spool IS NOT 1 THEN 'missing'
     ELSE CASE ${state} WHEN 'pending' THEN 'merged' ${unlessMerged} END END AS fate`;

const fateBy: Readonly<Record<RepushPolicy, string>> = {
  always: fateOf("ELSE 'added'"),
  "updates-only": fateOf("WHEN 'sent' THEN 'skipped' ELSE 'added'", known),
  "new-only": fateOf(
    skippedIf(`SELECT 1 FROM items WHERE items.sop_instance = instances.sop_instance
      AND items.destination = ?2 AND items.state = ${stateNumbers.sent}`),
  ),
  // Those that go with it are not what was sent before. The plus keeps SQLite from reading all that was ever
  // sent there by its state.
  never: fateOf(
    skippedIf(`SELECT 1 FROM instances AS other JOIN items USING (hash, sop_instance)
      WHERE other.study = instances.study AND items.destination = ?2
      AND +items.state = ${stateNumbers.sent} AND items.request <> ?3`),
  ),
};
