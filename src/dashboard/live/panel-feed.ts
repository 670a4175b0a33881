import { panelFrom } from "../view/panel.ts";
import type { Panel } from "../wire.ts";
import { panelAt, RestError } from "./rest.ts";
import { Store } from "./store.ts";

/** Between two looks, in milliseconds. */
const everyMs = 2_000;

export interface Shown {
  /** The last that came; null: none yet. */
  readonly panel: Panel | null;
  /** Why it is not current, in a sentence; null: it is. */
  readonly trouble: string | null;
}

/** What a plugin shows of itself, asked for again and again while somebody looks. */
export class PanelFeed {
  readonly shown: Store<Shown> = new Store<Shown>({ panel: null, trouble: null });
  readonly #path: string;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onVisible = (): void => {
    if (!document.hidden) this.askNow();
  };

  constructor(path: string) {
    this.#path = path;
    document.addEventListener("visibilitychange", this.#onVisible);
    this.askNow();
  }

  /** Something has just been done to it. */
  askNow(): void {
    this.#asking?.abort();
    clearTimeout(this.#timer);
    const asking = new AbortController();
    this.#asking = asking;
    void this.#ask(asking.signal);
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#asking?.abort();
    clearTimeout(this.#timer);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const before = this.shown.value.panel;
    let shown: Shown;
    try {
      const panel = panelFrom(await panelAt(this.#path, signal));
      const trouble = panel === null ? "What the plugin answers is not a panel." : null;
      shown = { panel: panel ?? before, trouble };
    } catch (error) {
      // A body that is no JSON is a SyntaxError.
      const trouble = error instanceof RestError ? error.message : "The answer cannot be read.";
      shown = { panel: before, trouble };
    }
    if (signal.aborted) return;
    this.shown.value = shown;
    if (!document.hidden) this.#timer = setTimeout(() => this.askNow(), everyMs);
  }
}
