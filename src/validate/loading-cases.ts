import { constants } from "node:os";
import { join } from "node:path";
import type { Stage } from "./stage.ts";

/** A plugin that starts has to do so as often as it is asked. */
const starts = 3;

/** A library is asked what it is; an addon says so by being loaded. */
export async function declaration(stage: Stage): Promise<void> {
  if (stage.spec.kind === "library") {
    stage.phase("baton_plugin_query");
    stage.checker.declaration(stage.spec.file);
  }
  stage.check({});
  await stage.close(await stage.open());
}

export async function startAndStop(stage: Stage): Promise<void> {
  stage.check({});
  for (let i = 0; i < starts; i++) {
    await stage.close(await stage.open());
  }
}

/** `start` of an addon gets anything but a host: it must throw. */
export async function foreignHosts(stage: Stage): Promise<void> {
  const module = { exports: {} as unknown };
  process.dlopen(module, stage.spec.file, constants.dlopen.RTLD_NOW);
  const { start } = module.exports as { readonly start: (host: unknown) => void };
  const [untagged, otherMajor] = stage.checker.foreignHosts();
  const strangers: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["null", null],
    ["a number", 42],
    ["an object", { struct_size: 1024 }],
    ["an external without a type tag", untagged],
    ["the host of another major", otherMajor],
  ];
  for (const [what, stranger] of strangers) {
    stage.phase(`start(${what})`);
    if (!throws(() => start(stranger))) {
      stage.found("ACCEPTS_FOREIGN_HOST", `start(${what}) did not throw`);
    }
  }
}

/** Hosts with shorter tables: the plugin works with what there is, or refuses to start. */
export async function olderHosts(stage: Stage): Promise<void> {
  for (const { size } of stage.checker.tables()) {
    stage.check({ tableSize: size });
    const host = await stage.tryOpen({
      store: { kind: "sqlite", path: join(stage.spec.folder, `${size}.db`), durability: "process" },
    });
    if (host === null) continue;
    await stage.send(host);
    await stage.settle(host, 1_000);
    await stage.close(host);
  }
}

function throws(call: () => void): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}
