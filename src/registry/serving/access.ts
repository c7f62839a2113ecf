/** A registry's tokens and its audit log. */
import {
  type Accounts,
  type Audit,
  newToken,
  openAccounts,
  openAudit,
} from "../../accounts/mod.ts";
import type { Config } from "../../config/mod.ts";
import { Failure, messageOf } from "../../errors.ts";
import type { Registry } from "../open.ts";

/** What a server knows of who may do what. */
export interface Access {
  readonly accounts: Pick<Accounts, "find">;
  readonly audit: Audit;
  /** Whether reading takes a token: `server.require_read_token`, as it is now. */
  isPrivate(): boolean;
  /** @throws {Failure} "io" when reading takes a token and none can be looked up: nobody would be let in */
  check(): void;
  /** Notes that a token was right. */
  used(name: string): void;
  close(): void;
}

/** When tokens were used is written at most this often, in milliseconds. */
const WRITE_MS = 60_000;

export function serveAccess(
  { paths, readOnly, stateWaitMs }: Registry,
  config: () => Config,
  warn: (message: string) => void,
): Access {
  const accounts = openAccounts(paths.state, { waitMs: stateWaitMs });
  const uses = new Map<string, Date>();
  let timer: NodeJS.Timeout | undefined;

  const write = () => {
    timer = undefined;
    const batch = new Map(uses);
    uses.clear();
    try {
      accounts.recordUse(batch);
    } catch (error) {
      // Of a medium that cannot be written, or a writer that takes long: a time of use is no loss.
      if (!(error instanceof Failure)) warn(`when tokens were used: ${messageOf(error)}`);
    }
  };

  return {
    accounts,
    // Where nothing is written nothing is done that would have to be recorded.
    audit: readOnly ? () => {} : openAudit(paths.audit, { warn }),
    isPrivate: () => config().server.requireReadToken,
    check() {
      if (!config().server.requireReadToken) return;
      try {
        accounts.find(newToken());
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const message = `no token can be looked up: ${error.message}`;
        throw new Failure("io", message, error.hint, { cause: error });
      }
    },
    used(name) {
      if (readOnly) return;
      uses.set(name, new Date());
      timer ??= setTimeout(write, WRITE_MS).unref();
    },
    close() {
      clearTimeout(timer);
      write();
      accounts.close();
    },
  };
}
