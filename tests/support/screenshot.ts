/** Images of pages, for a person to look at. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Git ignores it. */
const DIRECTORY = join(import.meta.dir, "..", "..", "dist", "screenshots");

/** Keeps the whole page as `dist/screenshots/NAME.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true });
  await page.screenshot({ path: join(DIRECTORY, `${name}.png`), fullPage: true });
}
