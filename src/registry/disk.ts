/** What a disk, a stick or a network drive has to say of one kind of work. */
import { Failure, messageOf, systemCode } from "../errors.ts";

/**
 * Runs work that reads and writes a lot.
 *
 * @param what it does, for messages: `the bundle cannot be written`
 * @throws {Failure} "io" for what the system refuses
 */
export async function onDisk<T>(what: string, hint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure || !/^E[A-Z0-9]+$/.test(systemCode(error) ?? "")) throw error;
    throw new Failure("io", `${what}: ${messageOf(error)}`, hint, { cause: error });
  }
}
