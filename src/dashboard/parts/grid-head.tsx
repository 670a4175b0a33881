import type { JSX } from "preact";
import { ask } from "../route.ts";
import type { Query, SortKey } from "../view/query.ts";

const columns: readonly (readonly [SortKey, string, "text" | "number"])[] = [
  ["state", "State", "text"],
  ["type", "Type", "text"],
  ["key", "Key", "text"],
  ["priority", "Priority", "number"],
  ["progress", "Progress", "text"],
  ["attempts", "Attempts", "number"],
  ["runtime", "Runtime", "number"],
  ["eta", "ETA", "number"],
  ["submitted", "Submitted", "number"],
];

/** The names of the columns; each sorts by its own. */
export function GridHead({ query }: { readonly query: Query }): JSX.Element {
  return (
    <div role="rowgroup" class="head">
      <div role="row" class="row" aria-rowindex={1}>
        {columns.map(([key, title, kind]) => {
          const isSorted = query.sort === key;
          // Of numbers the largest are looked for first.
          const isDescending = isSorted ? !query.isDescending : kind === "number";
          const direction = query.isDescending ? "descending" : "ascending";
          return (
            <span
              key={key}
              role="columnheader"
              class={`${key} ${kind}`}
              aria-sort={isSorted ? direction : "none"}
            >
              <button type="button" onClick={() => ask({ ...query, sort: key, isDescending })}>
                {title}
                <span class="arrow" aria-hidden="true" />
              </button>
            </span>
          );
        })}
        <span role="columnheader" class="actions">
          <span class="unseen">Actions</span>
        </span>
      </div>
    </div>
  );
}
