// Opens a host with the options of its argument, and says which modules that needed.
import { loaded } from "./loaded-modules.ts";

const { openHost } = await import("../../../src/index.ts");
const host = await openHost(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(JSON.stringify(loaded));
await host.close();
