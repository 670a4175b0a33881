import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { openBeside, route, type Beside } from "../route.ts";
import { choose, theme, themes } from "../theme.ts";
import { Link } from "./link.tsx";
import { icons, Logo } from "./icons.tsx";

interface HeaderProps {
  readonly live: Live;
  readonly onHelp: () => void;
}

export function Header({ live, onHelp }: HeaderProps): JSX.Element {
  const system = useStore(live.system);
  const plugins = useStore(live.plugins);
  const { beside } = useStore(route);
  const isOpen = beside.kind === "plugins";
  const panels = (plugins ?? []).flatMap(({ Panels }) => Panels);
  return (
    <header class="top">
      <Logo />
      <h1>Baton</h1>
      {system !== null && (
        <p class="about">
          {system.Name === "Baton" ? "" : system.Name}{" "}
          <span class="faint">{system.BatonVersion}</span>
        </p>
      )}
      <Link live={live} />
      <span class="push" />
      {panels.map(({ Title, Path }) => (
        <PanelButton key={Path} title={Title} path={Path} beside={beside} />
      ))}
      <button
        type="button"
        class="plain"
        aria-pressed={isOpen}
        onClick={() => openBeside({ kind: isOpen ? "nothing" : "plugins" })}
      >
        {icons.plugin} Plugins{plugins === null ? "" : <span class="amount">{plugins.length}</span>}
      </button>
      <a class="plain" href="docs" title="The REST interface of this host">
        API
      </a>
      <button type="button" class="plain square" onClick={onHelp} title="Keyboard shortcuts (?)">
        {icons.keyboard}
        <span class="unseen">Keyboard shortcuts</span>
      </button>
      <ThemeSwitch />
    </header>
  );
}

interface PanelButtonProps {
  readonly title: string;
  readonly path: string;
  readonly beside: Beside;
}

/** Opens what a plugin shows of itself. */
function PanelButton({ title, path, beside }: PanelButtonProps): JSX.Element {
  const isOpen = beside.kind === "panel" && beside.path === path;
  return (
    <button
      type="button"
      class="plain"
      aria-pressed={isOpen}
      onClick={() => openBeside(isOpen ? { kind: "nothing" } : { kind: "panel", path })}
    >
      {title}
    </button>
  );
}

function ThemeSwitch(): JSX.Element {
  const chosen = useStore(theme);
  return (
    <fieldset class="switch">
      <legend class="unseen">Colours</legend>
      {themes.map((name) => (
        <label key={name} title={`Colours: ${name}`}>
          <input
            type="radio"
            name="theme"
            value={name}
            checked={chosen === name}
            onChange={() => choose(name)}
          />
          {icons[name]}
          <span class="unseen">{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
