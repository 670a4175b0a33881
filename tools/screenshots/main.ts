// Writes docs/images/: the dashboard of a host that has much to do, in light and in dark.
import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { openHost, type Host } from "../../src/index.ts";
import { openBrowser } from "../../test/e2e/support/dashboard/browser.ts";
import { fill, plugins } from "./showcase.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const images = `${root}docs/images`;

/** A server has no system font worth a picture: Inter (Debian: fonts-inter) stands for one, if it is there. */
const desktopFont = ":root { --sans: Inter, system-ui, sans-serif !important; }";

/** Until the graphs have something to show; milliseconds. */
const warmUpMs = Number(process.env["WARM_UP_MS"] ?? 75_000);

spawnSync(process.execPath, [`${root}tools/build-dashboard.mjs`, "--unless-current"]);
await mkdir(images, { recursive: true });
await using host = await openHost({
  http: { port: 0 },
  plugins: [...plugins],
  concurrentJobs: 10,
  historySize: 2_000,
  drainTimeoutMs: 100,
});
const browser = await openBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1.5,
    colorScheme: "light",
    // For the font alone.
    bypassCSP: true,
  });
  await open(page, `${host.url}/`);
  const working = fill(host, warmUpMs);
  await page.waitForTimeout(warmUpMs);
  await takeAll(page, host);
  await working;
} finally {
  await browser.close();
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.addStyleTag({ content: desktopFont });
}

async function takeAll(page: Page, { url }: Host): Promise<void> {
  await open(page, `${url}/#job=${idOf("build-archive", "running")}`);
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: `${images}/dashboard-light.png` });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${images}/dashboard-dark.png` });
  await open(page, `${url}/#state=Failure&job=${idOf("send-study", "failed")}`);
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: `${images}/dashboard-failed.png` });
}

function idOf(type: string, state: string): string {
  const found = host.jobs().find((job) => job.type === type && job.state === state);
  if (found === undefined) throw new Error(`there is no ${state} ${type}`);
  return found.id;
}
