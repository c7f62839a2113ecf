/** Changes that are recorded, whichever way they go. */
import { Failure } from "../../errors.ts";
import { personText } from "../../projects/mod.ts";
import type { Visitor } from "../../registry/mod.ts";
import type { Guard } from "../guard.ts";

export interface Change {
  readonly request: Request;
  readonly visitor: Visitor;
  /** Such as `knitpkg yank`. */
  readonly what: string;
  readonly target: string;
}

/** Runs a change and puts it into the audit log. */
export async function audited<T>(
  guard: Guard,
  { request, visitor, what, target }: Change,
  work: () => Promise<T>,
): Promise<T> {
  const record = (result: string) =>
    guard.audit({
      who: personText(visitor.person),
      what,
      target,
      result,
      from: guard.address(request),
    });
  try {
    const result = await work();
    record("done");
    return result;
  } catch (error) {
    record(error instanceof Failure ? `refused: ${error.message}` : "failed");
    throw error;
  }
}
