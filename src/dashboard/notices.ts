import { RestError } from "./live/rest.ts";
import { Store } from "./live/store.ts";

/** What the page tells the reader in passing. */
export interface Notice {
  readonly id: number;
  readonly tone: "done" | "refused";
  readonly text: string;
}

/** A good one goes by itself; a refusal stays until it is read. Milliseconds. */
const shownForMs = 5_000;

const mostAtOnce = 4;

export const notices: Store<readonly Notice[]> = new Store<readonly Notice[]>([]);

let made = 0;

export function tell(tone: Notice["tone"], text: string): void {
  made += 1;
  const id = made;
  notices.value = [...notices.value, { id, tone, text }].slice(-mostAtOnce);
  if (tone === "done") setTimeout(() => dismiss(id), shownForMs);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Does something that the host may refuse, and says what came of it. Resolves with whether it was done. */
export async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    tell("done", what);
    return true;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    tell("refused", error.message);
    return false;
  }
}
