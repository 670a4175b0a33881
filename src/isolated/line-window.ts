/** Most lines, and characters of them, that were said and that the host has not heard yet. */
const most = { lines: 1_000, chars: 8_388_608 };

/** The host is asked whether it has heard after so much. */
const askAfter = { lines: 250, chars: 2_097_152 };

export interface LineWindowParts {
  /** Resolves when the host has heard all that was sent before. */
  readonly heard: () => Promise<unknown>;
  /** Says a line of our own. */
  readonly say: (text: string) => void;
}

/**
 * What a plugin logs, no faster than its host hears it: who logs without end must not fill the memory
 * of another thread or process. What is too much is dropped, and counted.
 */
export class LineWindow {
  readonly #parts: LineWindowParts;
  #unheard = { lines: 0, chars: 0 };
  /** Of those, what the host has not been asked about. */
  #unasked = { lines: 0, chars: 0 };
  #dropped = 0;

  constructor(parts: LineWindowParts) {
    this.#parts = parts;
  }

  /** Calls `send`, which sends a line of so many characters, unless too much is on its way. */
  pass(chars: number, send: () => void): void {
    const unheard = sum(this.#unheard, { lines: 1, chars });
    if (unheard.lines > most.lines || unheard.chars > most.chars) {
      this.#dropped += 1;
      return;
    }
    send();
    this.#unheard = unheard;
    this.#unasked = sum(this.#unasked, { lines: 1, chars });
    const { lines, chars: size } = this.#unasked;
    if (lines >= askAfter.lines || size >= askAfter.chars) this.#ask();
  }

  #ask(): void {
    const { lines, chars } = this.#unasked;
    this.#unasked = { lines: 0, chars: 0 };
    this.#parts.heard().then(() => {
      this.#unheard = sum(this.#unheard, { lines: -lines, chars: -chars });
      this.#tellDropped();
    }, ignore);
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const text = `${this.#dropped} messages dropped: they came faster than the host could hear them`;
    this.#dropped = 0;
    this.#parts.say(text);
  }
}

interface Amount {
  readonly lines: number;
  readonly chars: number;
}

const sum = (a: Amount, b: Amount): Amount => ({
  lines: a.lines + b.lines,
  chars: a.chars + b.chars,
});

/** The host is gone, and nobody hears anything more. */
function ignore(): void {}
