/**
 * How a host keeps its memory small, which can only be said when a process starts. Why these, and what they cost:
 * docs/decisions/0024-a-host-loads-late-and-keeps-its-heap-small.md.
 */
interface Setting {
  readonly flag: string;
  /** Of a flag of Node.js with which somebody has chosen himself. */
  readonly chosen: RegExp;
}

/**
 * The largest half of the young generation of a heap, in MiB; Node.js itself says 16. A host needs hardly anything of it,
 * and each of its threads keeps what it once had.
 */
const youngGeneration: Setting = {
  flag: "--max-semi-space-size=1",
  chosen: /--(?:max|min)[-_]semi[-_]space[-_]size/,
};

/** By how many percent of what is alive a heap grows before it is collected whole; V8 itself comes to 200 and more. */
const growth: Setting = {
  flag: "--heap-growing-percent=50",
  chosen: /--heap[-_]growing[-_]percent/,
};

/** The newest Node.js with which `growth` was tried: a process with a flag that V8 does not know ends at once. */
const newestTried = 26;

/** So many arenas has `malloc` of the GNU C library; its own default is eight for each core. Each keeps what was freed in it. */
const arenas = { MALLOC_ARENA_MAX: "4" };

/**
 * Has this process start again so that its memory stays small. Id, files and environment stay, and nothing else is left of it.
 * Returns where that is not possible (Windows; a process that its parent talks to, as tsx does), or where somebody has
 * chosen himself: by flags of Node.js, or NODE_OPTIONS. A MALLOC_ARENA_MAX that is there stays, too.
 */
export function restartWithSmallHeap(): void {
  const { execPath, execArgv, argv, env, platform, versions } = process;
  if (platform === "win32" || process.connected) return;
  const said = [...execArgv, env["NODE_OPTIONS"]].join(" ");
  const isTried = Number.parseInt(versions.node, 10) <= newestTried;
  const flags = [youngGeneration, ...(isTried ? [growth] : [])]
    .filter(({ chosen }) => !chosen.test(said))
    .map(({ flag }) => flag);
  if (flags.length === 0) return;
  const program = [execPath, ...flags, ...execArgv, ...argv.slice(1)];
  process.execve?.(execPath, program, { ...arenas, ...env });
}
