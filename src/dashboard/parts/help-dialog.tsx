import type { JSX } from "preact";
import { useStore } from "../live/store.ts";
import { allowShortcuts, shortcuts } from "../shortcuts.ts";
import { Dialog } from "./dialog.tsx";

const keys: readonly (readonly [readonly string[], string])[] = [
  [["↑", "↓"], "Move in the table; also j and k, Page Up, Page Down, Home, End"],
  [["Enter"], "Open the job, or open and close the group"],
  [["Esc"], "Close what stands beside the table"],
  [["p"], "Pause the job, or resume it"],
  [["c"], "Cancel the job"],
  [["r"], "Retry the job, if it has failed"],
  [["/"], "Search"],
  [["?"], "This"],
];

/** What the keyboard does. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const isAllowed = useStore(shortcuts);
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">
        {keys.map(([names, meaning]) => (
          <div key={meaning}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={isAllowed}
          onChange={({ currentTarget }) => allowShortcuts(currentTarget.checked)}
        />
        Single letters and signs do something
      </label>
      <div class="buttons end">
        <button type="button" class="button main" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
