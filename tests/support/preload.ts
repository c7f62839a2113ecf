/** Loaded before the first test file: what is done once, after the last. */
import { afterAll } from "bun:test";
import { removeTempDirectories } from "./temp.ts";

afterAll(removeTempDirectories);
