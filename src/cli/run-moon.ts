/** Runs `moon update` for its user. The only place in the program that starts another one. */
import { Failure } from "../errors.ts";
import { shellWord } from "../shell-word.ts";
import { REGISTRY_VARIABLE } from "./moon.ts";

/**
 * Runs it in this terminal and waits for its end.
 *
 * @param registry base URL, or undefined for the public one
 * @param words what follows `moon update`
 * @returns its exit code
 * @throws {Failure} "missing-tool" when there is no `moon`
 */
export async function runMoonUpdate(
  registry: string | undefined,
  words: readonly string[],
): Promise<number> {
  const moon = Bun.which("moon");
  if (moon === null) {
    const command =
      registry === undefined
        ? "moon update"
        : `${REGISTRY_VARIABLE}=${shellWord(registry)} moon update`;
    throw new Failure(
      "missing-tool",
      "there is no `moon` on the PATH",
      `install MoonBit (https://www.moonbitlang.com/download), or run this where it is: ${command}`,
    );
  }
  const { [REGISTRY_VARIABLE]: _, ...env } = process.env;
  if (registry !== undefined) env[REGISTRY_VARIABLE] = registry;
  // Ctrl-C reaches both of us; how `moon` takes it is what counts.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    const child = Bun.spawn([moon, "update", ...words], {
      env,
      stdio: ["inherit", "inherit", "inherit"],
    });
    return await child.exited;
  } finally {
    process.removeListener("SIGINT", ignore);
  }
}
