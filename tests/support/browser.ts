/** A headless browser, where one is installed. */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Its path; MOONBIT_REGISTRY_TEST_CHROMIUM names one. */
export const CHROMIUM: string | undefined = [
  process.env.MOONBIT_REGISTRY_TEST_CHROMIUM,
  ...NAMES.map((name) => Bun.which(name)),
].find((path): path is string => Boolean(path) && existsSync(path!));

/** Its sandbox does not work for root, as tests in containers run. */
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

export async function startBrowser(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: CHROMIUM!, args: ARGS });
}
