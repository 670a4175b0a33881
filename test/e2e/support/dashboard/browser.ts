import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** Names under which distributions install it. */
const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Where Chromium is; null: not here. `BATON_CHROMIUM` names another one. */
function findChromium(): string | null {
  const named = process.env["BATON_CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => existsSync(file)) ?? null;
}

const executable = findChromium();

/** Why there are no tests of the page here; false: there are. Missing what must be there is an error. */
export const withoutBrowser: string | false =
  executable === null && process.env["BATON_REQUIRE_PEERS"] !== "1"
    ? "Chromium is not installed (Debian: apt-get install chromium)"
    : false;

/** Opens a browser of its own; disposing of it ends it. */
export async function openBrowser(): Promise<Browser> {
  if (executable === null) throw new Error("Chromium is not installed (Debian: chromium)");
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: executable,
    // As root its sandbox does not start; it sees nothing but our own page.
    chromiumSandbox: !isRoot,
    args: ["--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
}
