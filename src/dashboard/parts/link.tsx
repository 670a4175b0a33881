import type { JSX } from "preact";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import type { Connection } from "../live/stream.ts";

/** Whether what is shown is current; said aloud when it changes. */
export function Link({ live }: { readonly live: Live }): JSX.Element {
  const connection = useStore(live.connection);
  const now = useStore(live.now);
  const isLost = connection.kind === "lost";
  return (
    <div class="link" data-kind={connection.kind}>
      <span class="lamp" aria-hidden="true" />
      <span role="status">{wordOf(connection)}</span>
      {isLost && <span aria-hidden="true">{wait(connection.retryAt - now)}</span>}
      {(isLost || connection.kind === "refused") && (
        <button type="button" class="small" onClick={() => live.retryNow()}>
          Try now
        </button>
      )}
    </div>
  );
}

function wordOf({ kind }: Connection): string {
  switch (kind) {
    case "connecting":
      return "Connecting…";
    case "live":
      return "Live";
    case "refused":
      return "The host does not let you in";
    case "lost":
      return "Connection lost, what you see may be old";
  }
}

const wait = (ms: number): string => `next try in ${Math.max(1, Math.ceil(ms / 1_000))} s`;
