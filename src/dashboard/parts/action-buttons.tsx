import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { press } from "../live/rest.ts";
import { attempt } from "../notices.ts";
import type { PanelAction } from "../wire.ts";
import { Dialog } from "./dialog.tsx";

interface ActionButtonsProps {
  readonly actions: readonly PanelAction[];
  /** What they are done to, in words. */
  readonly about: string;
  readonly onDone: () => void;
}

/** The buttons of something that a plugin shows. */
export function ActionButtons({ actions, about, onDone }: ActionButtonsProps): JSX.Element | null {
  const [asked, setAsked] = useState<PanelAction | null>(null);
  if (actions.length === 0) return null;
  const perform = (action: PanelAction): void => {
    setAsked(null);
    void attempt(`${action.label}: ${about}`, () => press(action)).finally(onDone);
  };
  return (
    <div class="buttons" role="group" aria-label={`Actions: ${about}`}>
      {actions.map((action) => (
        <button
          key={action.label}
          type="button"
          class={`button ${action.confirm === undefined ? "" : "grave"}`}
          onClick={() => (action.confirm === undefined ? perform(action) : setAsked(action))}
        >
          {action.label}
        </button>
      ))}
      {asked !== null && (
        <Dialog title={asked.label} onClose={() => setAsked(null)}>
          <p>{asked.confirm}</p>
          <div class="buttons end">
            <button type="button" class="button" onClick={() => setAsked(null)}>
              Leave it
            </button>
            <button type="button" class="button main" onClick={() => perform(asked)}>
              {asked.label}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
