import { MemoryStore } from "../../../src/adapters/stores/memory-store.ts";
import { storeContract } from "../../../src/testing/store-contract.ts";

storeContract("the memory store", () =>
  Promise.resolve({
    store: () => new MemoryStore(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
);
