import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import {
  durableStoreContract,
  storeContract,
  type StorePlace,
} from "../../../src/testing/store-contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

storeContract("the SQLite store", newPlace);
durableStoreContract("the SQLite store", newPlace);

async function newPlace(): Promise<StorePlace> {
  const folder = await temporaryFolder();
  const path = folder.file("jobs.db");
  return {
    store: () => new SqliteStore({ path, durability: "full" }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
