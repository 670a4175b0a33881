import type { Failure } from "../policy/failure.ts";

/** Why nothing is sent to a destination at the moment. */
export type Held =
  | { readonly kind: "paused" }
  /** It is not its time of the day until then; epoch milliseconds. */
  | { readonly kind: "closed"; readonly until: number }
  /** It is in trouble until then; epoch milliseconds. */
  | { readonly kind: "open"; readonly until: number; readonly why: Failure }
  /** All its associations, or all there are, are in use by other requests. */
  | { readonly kind: "busy" };
