import { Store } from "./live/store.ts";

/** What the reader chose; "system": as the system has it. */
export type Theme = "system" | "light" | "dark";

const storageKey = "baton.theme";

export const themes: readonly Theme[] = ["light", "system", "dark"];

export const theme: Store<Theme> = new Store(remembered());

export function choose(chosen: Theme): void {
  theme.value = chosen;
  remember(storageKey, chosen);
  applyTheme();
}

/** Before the first drawing, so that nothing flashes. */
export function applyTheme(): void {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
}

function remembered(): Theme {
  const found = recall(storageKey);
  return themes.find((name) => name === found) ?? "system";
}

/** Null: nothing, or the browser keeps nothing. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The browser keeps nothing: it holds until the page is left.
  }
}
