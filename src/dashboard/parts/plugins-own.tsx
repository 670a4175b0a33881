import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Live } from "../live/live.ts";
import { PanelFeed } from "../live/panel-feed.ts";
import { useStore } from "../live/store.ts";
import type { Panel, PanelSection } from "../wire.ts";
import { ActionButtons } from "./action-buttons.tsx";
import { PluginCard } from "./plugin-card.tsx";
import { Section, SidePanel } from "./side-panel.tsx";

interface PluginsOwnProps {
  readonly live: Live;
  readonly path: string;
  readonly onClose: () => void;
}

/** What a plugin shows of itself. */
export function PluginsOwn({ live, path, onClose }: PluginsOwnProps): JSX.Element {
  const [feed] = useState(() => new PanelFeed(path));
  useEffect(() => () => feed.close(), [feed]);
  const { panel, trouble } = useStore(feed.shown);
  const title = useTitle(live, path);
  return (
    <SidePanel label={title} onClose={onClose} head={<h2>{title}</h2>}>
      {trouble !== null && (
        <p class="error" role="alert">
          {trouble}
        </p>
      )}
      {panel === null && trouble === null && <p class="quiet">Asking…</p>}
      {panel !== null && <Sections panel={panel} live={live} onDone={() => feed.askNow()} />}
    </SidePanel>
  );
}

function useTitle(live: Live, path: string): string {
  const plugins = useStore(live.plugins) ?? [];
  const found = plugins.flatMap(({ Panels }) => Panels).find(({ Path }) => Path === path);
  return found?.Title ?? path;
}

interface SectionsProps {
  readonly panel: Panel;
  readonly live: Live;
  readonly onDone: () => void;
}

const Sections = ({ panel, live, onDone }: SectionsProps): JSX.Element => (
  <>
    {panel.sections.map((section) => (
      <Section key={section.title} title={section.title} more={<Amount section={section} />}>
        {section.note !== undefined && <p class="quiet">{section.note}</p>}
        <ActionButtons actions={section.actions ?? []} about={section.title} onDone={onDone} />
        {section.cards.length === 0 && <p class="quiet">{section.empty ?? "None."}</p>}
        <ul class="cards">
          {section.cards.map((card) => (
            <PluginCard key={card.id ?? card.title} card={card} live={live} onDone={onDone} />
          ))}
        </ul>
      </Section>
    ))}
  </>
);

const Amount = ({ section }: { readonly section: PanelSection }): JSX.Element | null =>
  section.cards.length === 0 ? null : <span class="amount">{section.cards.length}</span>;
