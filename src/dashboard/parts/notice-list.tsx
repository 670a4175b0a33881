import type { JSX } from "preact";
import { useStore } from "../live/store.ts";
import { dismiss, notices } from "../notices.ts";
import { icons } from "./icons.tsx";

/** What was done, and what was refused; said aloud. */
export function NoticeList(): JSX.Element {
  const shown = useStore(notices);
  return (
    <div class="notices" role="status">
      {shown.map(({ id, tone, text }) => (
        <div key={id} class="notice" data-tone={tone}>
          <span>{text}</span>
          <button type="button" class="plain square" onClick={() => dismiss(id)}>
            {icons.close}
            <span class="unseen">Dismiss</span>
          </button>
        </div>
      ))}
    </div>
  );
}
