import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { ask, route } from "../route.ts";
import { count } from "../view/format.ts";
import { groups, words } from "../view/states.ts";
import type { StateName } from "../wire.ts";
import { Graphs } from "./graphs.tsx";
import { StateShape } from "./icons.tsx";

/** How many jobs there are of each state, each a filter, and how it went of late. */
export function Overview({ live }: { readonly live: Live }): JSX.Element {
  return (
    <section class="overview" aria-label="Overview">
      {groups.map(({ name, title, states }) => (
        <fieldset key={name} class="tally">
          <legend>{title}</legend>
          {states.map((state) => (
            <Count key={state} live={live} state={state} />
          ))}
        </fieldset>
      ))}
      <Graphs live={live} />
    </section>
  );
}

function Count({ live, state }: { readonly live: Live; readonly state: StateName }): JSX.Element {
  const totals = useStore(live.totals);
  const { query } = useStore(route);
  const isChosen = query.states.includes(state);
  const states = isChosen
    ? query.states.filter((other) => other !== state)
    : [...query.states, state];
  return (
    <button
      type="button"
      class="count"
      data-state={state}
      data-empty={totals[state] === 0}
      aria-pressed={isChosen}
      title={isChosen ? "Show others too" : `Show only these`}
      onClick={() => ask({ ...query, states })}
    >
      <span class="number">{count(totals[state])}</span>
      <span class="word">
        <StateShape state={state} />
        {words[state]}
      </span>
    </button>
  );
}
