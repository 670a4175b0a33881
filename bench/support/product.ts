// The package and the send queue as they are published, out of this checkout: what a benchmark of a whole process runs.
import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePackage, bundlePlugin } from "../../tools/bundle.ts";
import type { Scratch } from "./scratch.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Product {
  /** The program of the command `baton`. */
  readonly command: string;
  /** The folder of the plugin. */
  readonly sendQueue: string;
}

/** Lives as long as `scratch`. */
export async function buildProduct({ folder }: Scratch): Promise<Product> {
  const product = join(folder, "product");
  const sendQueue = join(product, "plugins/send-queue");
  await mkdir(sendQueue, { recursive: true });
  // What it depends on, and the addon, are where an installed package has them.
  for (const name of ["package.json", "node_modules", "build"]) {
    await symlink(join(root, name), join(product, name));
  }
  await bundlePackage(join(product, "dist"));
  await bundlePlugin(join(root, "plugins/send-queue"), join(sendQueue, "build"));
  await cp(join(root, "plugins/send-queue/package.json"), join(sendQueue, "package.json"));
  return { command: join(product, "dist/cli/baton.js"), sendQueue };
}
