import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { ask, route } from "../route.ts";
import { count } from "../view/format.ts";
import { isNarrowed, everything } from "../view/query.ts";
import type { Shown } from "../view/rows.ts";
import { icons } from "./icons.tsx";

interface ToolbarProps {
  readonly live: Live;
  readonly shown: Shown;
  readonly onRetry: () => void;
}

/** Which jobs are shown, and what can be done to all of them. */
export function Toolbar({ live, shown, onRetry }: ToolbarProps): JSX.Element {
  const { query } = useStore(route);
  const { types, keys } = useChoices(live);
  const failed = shown.failed.length;
  return (
    <section class="toolbar" aria-label="Filter" role="search">
      <label class="search">
        {icons.search}
        <span class="unseen">Search jobs</span>
        <input
          id="search"
          type="search"
          placeholder="Search"
          title="Ids, types, keys, errors, content and user data"
          value={query.text}
          onInput={({ currentTarget }) => ask({ ...query, text: currentTarget.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <Choice
        label="Type"
        values={types}
        chosen={query.types}
        onChoose={(chosen) => ask({ ...query, types: chosen })}
      />
      <Choice
        label="Key"
        values={keys}
        chosen={query.keys}
        onChoose={(chosen) => ask({ ...query, keys: chosen })}
      />
      {isNarrowed(query) && (
        <button
          type="button"
          class="plain"
          onClick={() => ask({ ...everything, sort: query.sort, isDescending: query.isDescending })}
        >
          {icons.close} Clear
        </button>
      )}
      <p class="found" role="status">
        {isNarrowed(query)
          ? `${count(shown.matching)} of ${count(live.jobs.size)} jobs`
          : `${count(live.jobs.size)} jobs`}
      </p>
      <span class="push" />
      <button type="button" class="button" disabled={failed === 0} onClick={onRetry}>
        {icons.resubmit} Retry failed…{failed > 0 && <span class="amount">{count(failed)}</span>}
      </button>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
}

/** One of the values there are, or all. An address may name more than one. */
function Choice({ label, values, chosen, onChoose }: ChoiceProps): JSX.Element {
  const all = [...new Set([...values, ...chosen])];
  const isOne = chosen.length < 2;
  return (
    <label class="choice" data-chosen={chosen.length > 0}>
      <span aria-hidden="true">{label}</span>
      <select
        aria-label={label}
        value={isOne ? (chosen[0] ?? "") : "several"}
        onChange={({ currentTarget: { value } }) => onChoose(value === "" ? [] : [value])}
      >
        <option value="">all</option>
        {!isOne && (
          <option value="several" disabled>
            {chosen.join(", ")}
          </option>
        )}
        {all.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The longest list that is of use in a menu. */
const mostChoices = 500;

/** Made again only when there are other jobs. */
let known: { readonly version: number; readonly types: string[]; readonly keys: string[] } | null =
  null;

function useChoices(live: Live): { readonly types: string[]; readonly keys: string[] } {
  const version = useStore(live.version);
  if (known?.version === version) return known;
  const types = new Set<string>();
  const keys = new Set<string>();
  for (const { Type, Key } of live.jobs.all()) {
    types.add(Type);
    if (Key !== undefined) keys.add(Key);
  }
  known = { version, types: sorted(types), keys: sorted(keys) };
  return known;
}

const sorted = (set: ReadonlySet<string>): string[] => [...set].toSorted().slice(0, mostChoices);
