/** Looks that go on where something is damaged. */
import { type Failure, hasCode } from "../errors.ts";

/** What `look` gives, or the failure that says what is damaged; whatever else it throws is thrown. */
export function unlessDamaged<T>(look: () => T): T | Failure {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, "integrity")) return error;
    throw error;
  }
}
