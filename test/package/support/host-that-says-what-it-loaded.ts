// Opens a host with the options of its first argument, and says which modules that needed. The second: the package, if
// it is not the one in src/.
import type * as Package from "../../../src/index.ts";
import { loaded } from "./loaded-modules.ts";

const [, , options = "{}", file] = process.argv;
const { openHost } = (await (file === undefined
  ? import("../../../src/index.ts")
  : import(file))) as typeof Package;
const host = await openHost(JSON.parse(options));
process.stdout.write(JSON.stringify(loaded));
await host.close();
