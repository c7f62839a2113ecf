/** The pages in a real browser, from the built executable. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openState } from "../../src/registry/state.ts";
import { CHROMIUM, startBrowser } from "../support/browser.ts";
import { type Served, serve, succeed } from "../support/executable.ts";
import { registerSamples } from "../support/knitpkg.ts";
import { screenshot } from "../support/screenshot.ts";
import { showcaseEntries, showcaseFiles } from "../support/showcase.ts";
import { createWorld, type World } from "../support/world.ts";

// A test that is ended early takes the browser with it.
setDefaultTimeout(60_000);

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const PAGES: readonly [name: string, path: string][] = [
  ["home", "/"],
  ["search", "/search?q=json"],
  ["search-none", "/search?q=zzzzzzzz&owner=demo"],
  ["search-all", "/search?sort=updated"],
  ["projects", "/p/mql5"],
  ["project", "/p/mql5/acme/core"],
  ["module", "/m/demo/guide"],
  ["module-yanked", "/m/demo/guide@1.1.0"],
  ["module-not-stored", "/m/mizchi/ts"],
  ["versions", "/m/demo/guide@1.2.0/-/versions"],
  ["dependencies", "/m/demo/guide@1.2.0/-/dependencies"],
  ["dependents", "/m/moonbitlang/x@0.4.40/-/dependencies"],
  ["files", "/m/demo/guide@1.2.0/-/files"],
  ["source", "/m/demo/guide@1.2.0/-/files/src/lib.mbt"],
  ["owner", "/o/moonbitlang"],
  ["hostile", "/m/demo/hostile"],
  ["docs", "/docs"],
  ["docs-design", "/docs/design"],
  ["docs-http", "/docs/http"],
  ["not-found", "/m/nobody/nothing"],
  ["sign-in", "/operate"],
];

/** Looked at in the dark as well, and checked when narrow. */
const SHOWN_DARK: ReadonlySet<string> = new Set([
  "home",
  "module",
  "dependencies",
  "operate-synced",
]);

/** As a server would have noted them that has been up for so long. */
function noteDays(dir: string, count: number): void {
  const state = openState(join(dir, "data", "state.db"));
  for (let ago = count; ago > 0; ago--) {
    const at = new Date(Date.now() - ago * 86_400_000);
    const downloads = 20 + ((ago * 37) % 61);
    state.addDownloads([{ module: "moonbitlang/x", version: "0.4.40", count: downloads }], at);
    state.recordStored(2_000_000_000 - ago * 31_000_000, at);
  }
  state.close();
}

describe.skipIf(CHROMIUM === undefined)("in a browser (skipped without Chromium)", () => {
  let world: World;
  let server: Served;
  let browser: Browser;
  let token: string;

  beforeAll(async () => {
    const entries = showcaseEntries();
    world = await createWorld({ entries, filesOf: showcaseFiles });
    const options = { cwd: world.dir };
    await succeed(["mirror", "demo/*", "moonbitlang/x", "--latest", "2"], options);
    const made = await succeed(["token", "create", "ops", "--scope", "admin", "--json"], options);
    token = JSON.parse(made).token;
    await registerSamples(join(world.dir, "registry.toml"));
    server = await serve(world.dir);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await world?.[Symbol.asyncDispose]();
  });

  async function visit(
    path: string,
    work: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(5_000);
      await page.goto(server.url + path);
      await work(page);
    } finally {
      await context.close();
    }
  }

  /** What axe finds wrong, as `RULE: the element`. */
  async function violationsOf(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations } = (await page.evaluate("axe.run()")) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }

  async function lookAtAll(page: Page, name: string): Promise<void> {
    await page.setViewportSize({ width: 1280, height: 800 });
    await screenshot(page, `${name}-1280`);
    expect(await violationsOf(page)).toEqual([]);
    if (SHOWN_DARK.has(name)) {
      await page.emulateMedia({ colorScheme: "dark" });
      await screenshot(page, `${name}-1280-dark`);
      expect(await violationsOf(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "light" });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, `${name}-390`);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    if (SHOWN_DARK.has(name)) expect(await violationsOf(page)).toEqual([]);
  }

  test.each(PAGES)("%s is accessible, fits, and calls nobody", async (name, path) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url)) trouble.push(`calls ${request.url()}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 404/.test(message.text())) {
        trouble.push(message.text());
      }
    });
    await page.goto(server.url + path);
    await lookAtAll(page, name);
    expect(trouble).toEqual([]);
    await context.close();
  });

  test("the keyboard alone finds and opens a module", async () => {
    await visit("/", async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("guide");
      await page.getByRole("option", { name: "demo/guide" }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.keyboard.press("ArrowDown");
      expect(await page.getByRole("option", { selected: true }).textContent()).toContain(
        "demo/guide",
      );
      await page.keyboard.press("Enter");
      await page.waitForURL("**/m/demo/guide");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("guide");
    });
  });

  test("wherever Tab leads, one sees where it is", async () => {
    await visit("/m/demo/guide", async (page) => {
      for (let times = 0; times < 12; times++) {
        await page.keyboard.press("Tab");
        const shown = (await page.evaluate(
          "[document.activeElement.outerHTML, document.activeElement.getBoundingClientRect().width > 8]",
        )) as [string, boolean];
        expect(shown).toEqual([shown[0], true]);
      }
    });
  });

  test("Escape closes the suggestions, and Enter searches for what was typed", async () => {
    await visit("/", async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("guide");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Escape");
      expect(await page.getByRole("option").count()).toBe(0);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/search?q=guide");
    });
  });

  test("a line is copied with the address that the visitor used", async () => {
    await visit(
      "/",
      async (page) => {
        await page.getByRole("button", { name: "Copy the line for Shell" }).click();
        expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
          `export MOONCAKES_REGISTRY=${server.url}`,
        );
        expect(await page.getByText("Copied").isVisible()).toBe(true);
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  });

  test("dependencies are followed from drawing to module and back to who needs it", async () => {
    await visit("/m/demo/guide", async (page) => {
      await page.getByRole("link", { name: "Dependencies (3)" }).click();
      await page.locator("svg a", { hasText: "moonbitlang/parser" }).click();
      await page.waitForURL("**/m/moonbitlang/parser@0.1.16");
      await page.getByRole("link", { name: /Dependencies/ }).click();
      await page.getByRole("link", { name: "demo/guide" }).click();
      await page.waitForURL("**/m/demo/guide");
    });
  });

  test("dark is dark, and light is light", async () => {
    const paper = "getComputedStyle(document.documentElement).backgroundColor";
    for (const [colorScheme, color] of [
      ["dark", "rgb(22, 23, 22)"],
      ["light", "rgb(253, 253, 252)"],
    ] as const) {
      const check = async (page: Page) => expect(await page.evaluate(paper)).toBe(color);
      await visit("/", check, { colorScheme });
    }
  });

  test("everything can be reached without a script", async () => {
    const work = async (page: Page) => {
      expect(await page.getByRole("button", { name: /Copy/ }).count()).toBe(0);
      await page.getByRole("searchbox").fill("guide");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("link", { name: "demo/guide" }).click();
      await page.getByRole("link", { name: "Files" }).click();
      await page.getByRole("link", { name: "src/" }).click();
      await page.getByRole("link", { name: "lib.mbt" }).click();
      expect(await page.locator("pre code").textContent()).toContain("pub fn version()");
    };
    await visit("/", work, { javaScriptEnabled: false });
  });

  test("a README shows the archive's images and links, and loads none from elsewhere", async () => {
    await visit("/m/demo/guide", async (page) => {
      await page.getByRole("img", { name: "Logo" }).scrollIntoViewIfNeeded();
      expect(await page.evaluate("document.images.length")).toBe(1);
      expect(await page.evaluate("document.images[0].naturalWidth")).toBe(96);
      await page.getByRole("link", { name: "more" }).click();
      await page.waitForURL("**/-/files/docs/more.md");
    });
  });

  test("nothing of a hostile module runs, not even its files opened by themselves", async () => {
    for (const path of [
      "/m/demo/hostile",
      "/m/demo/hostile@0.1.0/-/raw/evil.svg",
      "/m/demo/hostile@0.1.0/-/raw/evil.html",
      "/search?q=hostile",
      "/search?q=%3Cscript%3Ewindow.hacked%3D1%3C/script%3E",
    ]) {
      await visit(path, async (page) => {
        for (const box of await page.locator("details, a, p, img").all()) {
          await box.dispatchEvent("mouseover");
        }
        expect(await page.evaluate("window.hacked")).toBeUndefined();
        expect(await page.title()).not.toBe("hacked");
        expect(page.url()).toBe(server.url + path);
      });
    }
  });

  test("an operator signs in, sees the sources, and watches a sync to its end", async () => {
    for (const version of ["1.2.0", "1.2.0", "1.3.0-beta.1"]) {
      await (await fetch(`${server.url}/user/demo/guide/${version}.zip`)).arrayBuffer();
    }
    noteDays(world.dir, 40);
    await visit("/operate", async (page) => {
      await page.getByLabel("Token").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(await page.getByRole("alert").textContent()).toContain("not valid");
      await page.getByLabel("Token").fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(await page.getByRole("row", { name: /up.*healthy/ }).count()).toBe(1);
      expect(await page.evaluate("document.cookie")).toBe("");
      expect(await page.getByLabel("Downloads by module").textContent()).toContain("demo/guide");
      for (const chart of ["Downloads by day", "Bytes of all archives by day"]) {
        expect(await page.getByLabel(chart).locator("rect").count()).toBeGreaterThanOrEqual(40);
      }
      await lookAtAll(page, "operate");

      // The upstream holds one archive back, so that the sync can be seen while it runs.
      const { checksum } = world.entries.find(({ module }) => module === "demo/hostile")!;
      rmSync(join(world.dir, "data/packages/sha256", checksum.slice(0, 2), `${checksum}.zip`));
      const { promise: until, resolve: release } = Promise.withResolvers<void>();
      const isHeld = (path: string) => path.includes("hostile");
      world.upstream.setFaults({
        override: (path) => (isHeld(path) ? { kind: "late", until } : undefined),
      });
      await page.getByRole("button", { name: "Sync now" }).click();
      await page.getByRole("progressbar").waitFor();
      await page.getByLabel("What it told").getByText("1 to download").waitFor();
      expect(await page.getByRole("button", { name: "Sync now" }).isDisabled()).toBe(true);
      await lookAtAll(page, "operate-running");
      release();
      await page.getByText("1 archive stored").waitFor();
      expect(await page.getByRole("progressbar").count()).toBe(0);
      await lookAtAll(page, "operate-synced");

      await page.getByRole("button", { name: "Verify" }).click();
      await page.getByText("Everything is whole").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor();
    });
  });
});
