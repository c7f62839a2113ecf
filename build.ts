/**
 * Builds the executable: for this machine, or with `--all` for every machine of a release, with
 * their hashes beside them. Bun fetches the other machines' runtimes from the npm registry.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signAdHoc, signatureProblem } from "./scripts/macho-signature.ts";
import { checksumLines, HOST_FILE, NAME, TARGETS, type Target } from "./scripts/targets.ts";

const ROOT = import.meta.dir;
const ENTRY = join(ROOT, "src", "main.ts");
const DIST = join(ROOT, "dist");

/** Compiles to bytecode, so that nothing is parsed at the start. */
async function compile(file: string, target?: Target["bun"]): Promise<void> {
  const outfile = join(DIST, file);
  const started = performance.now();
  // Replaced, not overwritten: an executable that runs now keeps its bytes.
  rmSync(outfile, { force: true });
  const { success, logs } = await Bun.build({
    entrypoints: [ENTRY],
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    throw: false,
    compile: {
      outfile,
      // What lies in the user's working directory must not change what the program does.
      autoloadBunfig: false,
      autoloadDotenv: false,
      autoloadPackageJson: false,
      autoloadTsconfig: false,
      ...(target && { target }),
    },
  });
  if (!success) {
    for (const log of logs) console.error(String(log));
    throw new Error(`${file} was not built`);
  }
  const machine = target ?? `bun-${process.platform}-${process.arch}`;
  // Bun signs for arm64 only.
  if (machine === "bun-darwin-x64") writeFileSync(outfile, signAdHoc(readFileSync(outfile), NAME));
  if (machine.startsWith("bun-darwin")) {
    const problem = signatureProblem(readFileSync(outfile));
    if (problem !== undefined) throw new Error(`${file} would not start: ${problem}`);
  }
  const megabytes = (statSync(outfile).size / 1e6).toFixed(1);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`dist/${file}  ${megabytes} MB  ${seconds} s`);
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--all");
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; usage: npm run build [-- --all]`);
    return 2;
  }
  mkdirSync(DIST, { recursive: true });
  try {
    await compile(HOST_FILE);
    if (args.length > 0) {
      for (const { file, bun } of TARGETS) await compile(file, bun);
      const files = TARGETS.map(({ file }) => ({ file, bytes: readFileSync(join(DIST, file)) }));
      writeFileSync(join(DIST, "SHA256SUMS"), checksumLines(files));
      console.log("dist/SHA256SUMS");
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
