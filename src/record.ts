/** What is known of a value that came as JSON, TOML or a manifest: whether it holds named fields. */

/** Whether it is an object as JSON has them: neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
