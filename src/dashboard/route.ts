import { Store } from "./live/store.ts";
import { parametersOf, queryFrom, type Query } from "./view/query.ts";

/** What stands beside the table. */
export type Beside =
  | { readonly kind: "nothing" }
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "plugins" }
  /** What a plugin shows of itself at this path. */
  | { readonly kind: "panel"; readonly path: string };

export interface Route {
  readonly query: Query;
  readonly beside: Beside;
}

/** Where the page is: it follows the address, and the address follows it. */
export const route: Store<Route> = new Store(read());

addEventListener("popstate", () => {
  route.value = read();
});

export function ask(query: Query): void {
  const next = { ...route.value, query };
  history.replaceState(null, "", addressOf(next));
  route.value = next;
}

/** "Back" leads to what stood there before. */
export function openBeside(beside: Beside): void {
  const before = route.value.beside;
  const next = { ...route.value, beside };
  const address = addressOf(next);
  if (before.kind === "nothing" && beside.kind !== "nothing") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  route.value = next;
}

function read(): Route {
  const parameters = new URLSearchParams(location.hash.slice(1));
  return { query: queryFrom(parameters), beside: besideFrom(parameters) };
}

function besideFrom(parameters: URLSearchParams): Beside {
  const id = parameters.get("job");
  if (id !== null) return { kind: "job", id };
  const path = parameters.get("panel");
  if (path !== null) return { kind: "panel", path };
  return parameters.get("show") === "plugins" ? { kind: "plugins" } : { kind: "nothing" };
}

function addressOf({ query, beside }: Route): string {
  const parameters = parametersOf(query);
  if (beside.kind === "job") parameters.set("job", beside.id);
  if (beside.kind === "plugins") parameters.set("show", "plugins");
  if (beside.kind === "panel") parameters.set("panel", beside.path);
  const text = parameters.toString();
  return text === "" ? location.pathname : `#${text}`;
}
