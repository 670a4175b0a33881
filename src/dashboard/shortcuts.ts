import { Store } from "./live/store.ts";
import { recall, remember } from "./theme.ts";

const storageKey = "baton.shortcuts";

/** Whether single letters do something: who speaks to the machine may want none (WCAG 2.1.4). */
export const shortcuts: Store<boolean> = new Store(recall(storageKey) !== "off");

export function allowShortcuts(isAllowed: boolean): void {
  shortcuts.value = isAllowed;
  remember(storageKey, isAllowed ? "on" : "off");
}
