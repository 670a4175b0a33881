import assert from "node:assert/strict";
import { execFile, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

/** What `npm pack` reads and makes; copied, so that packing changes nothing in the checkout. */
const sources =
  "src tools native/include native/src native/cmake templates docs package.json package-lock.json " +
  "tsconfig.json binding.gyp .npmrc README.md LICENSE CHANGELOG.md build/Release/baton_host.node";

/** A package as npm would publish it, and folders in which it is installed; gone with the test. */
export class Packed implements AsyncDisposable {
  readonly folder: string;
  readonly tarball: string;
  /** npm's own cache, which `npm ci` has filled: so nothing is fetched again. */
  readonly #cache: string;

  private constructor(folder: string, tarball: string, cache: string) {
    this.folder = folder;
    this.tarball = tarball;
    this.#cache = cache;
  }

  static async make(): Promise<Packed> {
    const folder = await mkdtemp(join(tmpdir(), "baton-package-"));
    const stage = join(folder, "stage");
    await mkdir(stage);
    for (const source of sources.split(" ").filter((name) => existsSync(join(root, name)))) {
      // With its times: an addon that is newer than its sources is not built again.
      const options = { recursive: true, preserveTimestamps: true };
      await cp(join(root, source), join(stage, source), options);
    }
    await symlink(join(root, "node_modules"), join(stage, "node_modules"));
    const npm = (...args: readonly string[]): Promise<{ readonly stdout: string }> =>
      run(process.execPath, [npmCli(), ...args], { cwd: stage });
    const { stdout } = await npm("pack", "--json", "--pack-destination", folder);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const cache = (await npm("config", "get", "cache")).stdout.trim();
    return new Packed(folder, join(folder, filename), cache);
  }

  /** A new empty folder, as of somebody who has never seen the checkout. */
  async stranger(name: string, path?: string): Promise<Stranger> {
    const folder = join(this.folder, name);
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    await writeFile(join(folder, "package-lock.json"), await lockOfCheckout());
    return new Stranger(folder, {
      PATH: path ?? (await withoutCompilers(this.folder)),
      HOME: join(this.folder, "home"),
      npm_config_cache: this.#cache,
      npm_config_update_notifier: "false",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Somebody with a folder and an environment of his own. */
export class Stranger {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.env = env;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** The same one in a folder below. */
  within(name: string): Stranger {
    return new Stranger(this.file(name), this.env);
  }

  /** Resolves with what it printed; rejects if it ends with anything but 0. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await this.attempt(command, ...args);
    assert.equal(code, 0, `${command} ${args.join(" ")} failed:\n${output}`);
    return output;
  }

  async attempt(
    command: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly output: string }> {
    // By a shell, as execvp would look in the PATH of this process.
    const line = ["-c", 'exec "$0" "$@"', command, ...args];
    const options = { cwd: this.folder, env: this.env };
    return new Promise((resolve) => {
      execFile("/bin/sh", line, options, (error, stdout, stderr) => {
        const code = typeof error?.code === "number" ? error.code : 1;
        resolve({ code: error === null ? 0 : code, output: stdout + stderr });
      });
    });
  }

  /** Installs what it is told, without a request for what the cache has. */
  install(...args: readonly string[]): Promise<string> {
    return this.run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...args);
  }
}

/** Where a host listens, out of the line it prints; rejects if it ends without. */
export async function urlOf(host: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const lines = createInterface(host.stdout);
  const gone = once(host, "close").then(([code]) => assert.fail(`it ended with ${String(code)}`));
  const [line] = (await Promise.race([once(lines, "line"), gone])) as [string];
  gone.catch(() => undefined);
  return line.replace(/.* listens on /, "");
}

/** A PATH of Node.js, npm and a shell: nothing that compiles. */
async function withoutCompilers(folder: string): Promise<string> {
  const bin = join(folder, "bin");
  if (existsSync(bin)) return bin;
  await mkdir(bin);
  const npm = npmCli();
  await symlink(process.execPath, join(bin, "node"));
  await symlink("/bin/sh", join(bin, "sh"));
  await symlink(npm, join(bin, "npm"));
  await symlink(join(dirname(npm), "npx-cli.js"), join(bin, "npx"));
  return bin;
}

/** The PATH of whoever runs the tests, with the Node.js that runs them. */
export function fullPath(): string {
  return [dirname(process.execPath), process.env["PATH"]].join(delimiter);
}

/** The npm that runs the tests, or that of PATH. */
function npmCli(): string {
  const given = process.env["npm_execpath"];
  if (given?.endsWith("npm-cli.js") === true) return given;
  const commands = (process.env["PATH"] ?? "").split(delimiter).map((path) => join(path, "npm"));
  const found = commands.find((command) => existsSync(command));
  assert.ok(found !== undefined, "there is no npm in PATH");
  return realpathSync(found);
}

/** The versions that the checkout has: with them npm needs to ask no registry what there is. */
export async function lockOfCheckout(): Promise<string> {
  const text = await readFile(join(root, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { packages: Record<string, object> };
  const own = Object.entries(packages).filter(
    ([place, entry]) => place.startsWith("node_modules/") && !("link" in entry),
  );
  return JSON.stringify({
    lockfileVersion: 3,
    requires: true,
    packages: { "": {}, ...Object.fromEntries(own) },
  });
}
