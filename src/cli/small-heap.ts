/**
 * The largest half of the young generation of a heap, in MiB; Node.js itself says 16. A host needs hardly anything
 * of it, and each of its threads keeps what it once had: docs/decisions/0024-a-host-loads-late-and-keeps-its-heap-small.md.
 */
const largestHalfMb = 1;

/**
 * Has this process start again with a small young generation, which can only be said at the start. Id, files and
 * environment stay, and nothing else is left of it. Returns where that is not possible (Windows; a process that its
 * parent talks to, as tsx does), or where somebody has chosen a size himself: by a flag of Node.js, or NODE_OPTIONS.
 */
export function restartWithSmallHeap(): void {
  const { execPath, execArgv, argv, env, platform } = process;
  const isChosen = /--(?:max|min)[-_]semi[-_]space[-_]size/.test(
    [...execArgv, env["NODE_OPTIONS"]].join(" "),
  );
  if (isChosen || platform === "win32" || process.connected) return;
  const flag = `--max-semi-space-size=${largestHalfMb}`;
  process.execve?.(execPath, [execPath, flag, ...execArgv, ...argv.slice(1)], env);
}
