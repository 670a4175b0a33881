import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { Live } from "./live/live.ts";
import { useStore } from "./live/store.ts";
import { Header } from "./parts/header.tsx";
import { HelpDialog } from "./parts/help-dialog.tsx";
import { JobGrid } from "./parts/job-grid.tsx";
import { JobPanel } from "./parts/job-panel.tsx";
import { NoticeList } from "./parts/notice-list.tsx";
import { Overview } from "./parts/overview.tsx";
import { PluginPanel } from "./parts/plugin-panel.tsx";
import { PluginsOwn } from "./parts/plugins-own.tsx";
import { RetryDialog } from "./parts/retry-dialog.tsx";
import { Toolbar } from "./parts/toolbar.tsx";
import { openBeside, route, type Beside } from "./route.ts";
import { shortcuts } from "./shortcuts.ts";
import { rowsOf, type Shown } from "./view/rows.ts";
import type { Group } from "./view/states.ts";

type Dialog = "none" | "help" | "retry";

/** The page: what there is above, the jobs below, and beside them what is looked at more closely. */
export function App({ live }: { readonly live: Live }): JSX.Element {
  const [dialog, setDialog] = useState<Dialog>("none");
  const [closed, toggle] = useClosedGroups();
  const shown = useShown(live, closed);
  const { beside } = useStore(route);
  usePageKeys(() => setDialog("help"));
  return (
    <>
      <Header live={live} onHelp={() => setDialog("help")} />
      <main data-beside={beside.kind}>
        <Overview live={live} />
        <div class="stage">
          <section class="jobs" aria-label="All jobs">
            <Toolbar live={live} shown={shown} onRetry={() => setDialog("retry")} />
            <JobGrid live={live} shown={shown} onToggle={toggle} />
          </section>
          <BesideTable live={live} beside={beside} />
        </div>
      </main>
      <NoticeList />
      {dialog === "help" && <HelpDialog onClose={() => setDialog("none")} />}
      {dialog === "retry" && (
        <RetryDialog failed={shown.failed} onClose={() => setDialog("none")} />
      )}
    </>
  );
}

function BesideTable({
  live,
  beside,
}: {
  readonly live: Live;
  readonly beside: Beside;
}): JSX.Element | null {
  switch (beside.kind) {
    case "nothing":
      return null;
    case "plugins":
      return <PluginPanel live={live} onClose={closeBeside} />;
    case "panel":
      return <PluginsOwn key={beside.path} live={live} path={beside.path} onClose={closeBeside} />;
    case "job":
      return <JobPanel key={beside.id} live={live} id={beside.id} onClose={closeBeside} />;
  }
}

/** The keyboard goes back to where it came from. */
function closeBeside(): void {
  openBeside({ kind: "nothing" });
  document.querySelector<HTMLElement>("[role=treegrid]")?.focus();
}

function useClosedGroups(): readonly [ReadonlySet<Group>, (group: Group) => void] {
  const [closed, setClosed] = useState<ReadonlySet<Group>>(new Set());
  const toggle = useCallback((group: Group) => {
    setClosed((old) => {
      const next = new Set(old);
      if (!next.delete(group)) next.add(group);
      return next;
    });
  }, []);
  return [closed, toggle];
}

function useShown(live: Live, closed: ReadonlySet<Group>): Shown {
  const version = useStore(live.version);
  const { query } = useStore(route);
  return useMemo(() => rowsOf(live.jobs.all(), query, closed), [version, query, closed]);
}

/** Keys that mean the same wherever the reader is, but for where text is written. */
function usePageKeys(onHelp: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (!isPlain(event) || isAsking()) return;
      if (event.key === "Escape") return leave(target);
      if (!shortcuts.value || target.matches("input, select, textarea")) return;
      if (event.key === "?") onHelp();
      if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLInputElement>("#search")?.select();
      }
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, []);
}

/** Nobody else took it for something. */
const isPlain = (event: KeyboardEvent): boolean =>
  !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey;

/** A dialog has the keyboard. */
const isAsking = (): boolean => document.querySelector("dialog[open]") !== null;

function leave(target: HTMLElement): void {
  if (target.id === "search") document.querySelector<HTMLElement>("[role=treegrid]")?.focus();
  else if (route.value.beside.kind !== "nothing") closeBeside();
}
