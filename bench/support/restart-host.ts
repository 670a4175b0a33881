// A host in a process of its own, for restart.ts: says when it opens, and lives until it is ended.
// Without parameters it only loads what a host needs, so that Node.js has it compiled.
import { openHost } from "../../src/index.ts";

const [path, plugin] = process.argv.slice(2);
if (path !== undefined && plugin !== undefined) {
  process.stdout.write(`open ${process.hrtime.bigint()}\n`);
  await openHost({ plugins: [plugin], store: { kind: "sqlite", path } });
}
