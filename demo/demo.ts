/**
 * The whole job on sample data, with the real executable: a registry is made, mirrors from a sample
 * upstream, serves, and is asked by a client.
 *
 *     npm run demo              keeps serving until Ctrl-C
 *     npm run demo -- --once    stops after the proof; exit code 0 only when all of it held
 *
 * Needs no network, no git and no moon; git makes the clone when it is there.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable, DemoError, run, startServing } from "./executable.ts";
import { fetchVerified, shallowClone } from "./proof.ts";
import { startSample } from "./sample.ts";

const PATTERN = "moonbitlang/*";
const MODULE = "moonbitlang/x";

const say = (text: string) => console.log(`\n── ${text}`);

async function demo(scratch: string, once: boolean): Promise<void> {
  say("builds the executable");
  await buildExecutable();

  say("starts a sample upstream: real index lines, generated archives");
  await using upstream = await startSample(join(scratch, "upstream.git"));
  console.log(upstream.url);

  say("makes a registry and names its source");
  const registry = join(scratch, "reg");
  await run(["init", registry]);
  await run(
    ["source", "add", "up", "--url", upstream.url, "--index-url", upstream.indexUrl],
    registry,
  );
  await run(["source", "default", "up"], registry);

  say(`mirrors ${PATTERN} and what it needs`);
  await run(["mirror", PATTERN], registry);

  say("serves it");
  await using server = await startServing(registry);

  say("clones the index, as `moon update` does");
  const clone = join(scratch, "clone");
  await shallowClone(`${server.url}/git/index`, clone);

  say(`fetches the newest ${MODULE} and verifies it`);
  await fetchVerified(server.url, clone, MODULE);

  if (once) return;
  say("what to type next, in another terminal");
  console.log(`MOONCAKES_REGISTRY=${server.url} moon update`);
  console.log(`curl ${server.url}/health`);
  console.log(`dist/moonbit-registry --dir ${registry} status`);
  console.log(`dist/moonbit-registry --dir ${registry} mirror --full`);
  say("serves until Ctrl-C");
  await server.interrupted;
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--once");
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}; usage: npm run demo [-- --once]`);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), "moonbit-registry-demo-"));
  try {
    await demo(scratch, args.length > 0);
    say("done; what it made is removed");
    return 0;
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    console.error(`\nThe demo failed: ${error.message}`);
    return error.exitCode;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
