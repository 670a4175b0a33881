import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import type { PluginObject } from "../wire.ts";
import { SidePanel } from "./side-panel.tsx";

interface PluginPanelProps {
  readonly live: Live;
  readonly onClose: () => void;
}

/** Which plugins the host has loaded, and where each of them runs. */
export function PluginPanel({ live, onClose }: PluginPanelProps): JSX.Element {
  const plugins = useStore(live.plugins);
  return (
    <SidePanel label="Plugins" onClose={onClose} head={<h2>Plugins</h2>}>
      {plugins === null && <p class="quiet">The host has not said yet.</p>}
      {plugins?.length === 0 && <p class="quiet">None is loaded.</p>}
      {plugins !== null && plugins.length > 0 && (
        <ul class="plugins">
          {plugins.map((plugin) => (
            <Plugin key={plugin.ID} plugin={plugin} />
          ))}
        </ul>
      )}
    </SidePanel>
  );
}

const runners: Readonly<Record<PluginObject["Runner"], string>> = {
  native: "native code, on threads of its own",
  javascript: "JavaScript, on an event loop",
};

const isolations: Readonly<Record<PluginObject["Isolation"], string>> = {
  none: "in the host's process",
  thread: "on a thread of its own",
  process: "in a process of its own",
};

function Plugin({ plugin }: { readonly plugin: PluginObject }): JSX.Element {
  const { ID, Version, Isolation, Runner, JobTypes } = plugin;
  return (
    <li>
      <p>
        <b>{ID}</b> <span class="quiet">{Version}</span>
      </p>
      <dl class="facts">
        <Fact name="Runner" value={Runner} means={runners[Runner]} />
        <Fact name="Isolation" value={Isolation} means={isolations[Isolation]} />
        {JobTypes.length > 0 && (
          <Fact name="Job types" value={JobTypes.map(({ Type }) => Type).join(", ")} />
        )}
      </dl>
    </li>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly means?: string;
}

const Fact = ({ name, value, means }: FactProps): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>
      {value}
      {means !== undefined && <span class="quiet"> · {means}</span>}
    </dd>
  </div>
);
