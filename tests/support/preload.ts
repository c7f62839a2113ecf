/** Loaded before the first test file: what is done once, after the last. */
import { afterAll } from "bun:test";
import { removeTempDirectories } from "./temp.ts";

// On a busy disk that takes longer than the default of five seconds.
afterAll(removeTempDirectories, 120_000);
