import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { ago, bytes, count, fullTime, span } from "../view/format.ts";
import type { PanelCard, PanelFact } from "../wire.ts";
import { ActionButtons } from "./action-buttons.tsx";
import { Bar } from "./bar.tsx";

interface PluginCardProps {
  readonly card: PanelCard;
  readonly live: Live;
  readonly onDone: () => void;
}

/** One thing of a plugin: its name, how it fares, what is known of it, what can be done. */
export function PluginCard({ card, live, onDone }: PluginCardProps): JSX.Element {
  const { title, state, tone = "plain", progress, facts = [], note, actions = [] } = card;
  return (
    <li class="card" data-tone={tone}>
      <p class="card-head">
        <b>{title}</b>
        {state !== undefined && <span class="tone">{state}</span>}
      </p>
      {progress !== undefined && (
        <Bar percent={Math.round(progress * 100)} isActive={tone !== "trouble"} label={title} />
      )}
      {facts.length > 0 && (
        <dl class="figures">
          {facts.map((fact) => (
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>
                <Value fact={fact} live={live} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {note !== undefined && <p class="quiet">{note}</p>}
      <ActionButtons actions={actions} about={title} onDone={onDone} />
    </li>
  );
}

interface ValueProps {
  readonly fact: PanelFact;
  readonly live: Live;
}

function Value({ fact: { value, unit }, live }: ValueProps): JSX.Element {
  if (typeof value === "number" && unit === "time") return <When at={value} live={live} />;
  return <>{textOf(value, unit)}</>;
}

function textOf(value: PanelFact["value"], unit: PanelFact["unit"]): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  if (unit === "bytes") return bytes(value);
  if (unit === "per-second") return `${value < 10 ? value.toFixed(1) : count(Math.round(value))}/s`;
  return count(value);
}

/** How long ago, or how long until; the exact time when it is pointed at. */
function When({ at, live }: { readonly at: number; readonly live: Live }): JSX.Element {
  useStore(live.now);
  const ahead = at - live.hostNow();
  return (
    <time title={fullTime(at)} dateTime={new Date(at).toISOString()}>
      {ahead > 0 ? `in ${span(ahead)}` : ago(-ahead)}
    </time>
  );
}
