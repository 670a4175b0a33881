/** Where the payloads of a host are. `created === finalized + live + owed` at all times. */
export interface PayloadCounts {
  readonly created: number;
  readonly finalized: number;
  /** With a handle, or owned by the engine. */
  readonly live: number;
  /** In a step that was left alone; finalized when it returns. */
  readonly owed: number;
}

/** Those of a closed host: whatever its engine still owns is in a step that was left alone. */
export function countsAtEnd(
  engine: Omit<PayloadCounts, "owed"> & { readonly owned: number },
  native: PayloadCounts | null,
): PayloadCounts {
  return {
    created: engine.created + (native?.created ?? 0),
    finalized: engine.finalized + (native?.finalized ?? 0),
    live: engine.live + (native?.live ?? 0),
    owed: engine.owned + (native?.owed ?? 0),
  };
}
