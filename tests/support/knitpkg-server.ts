/** A server for KnitPkg's protocol in this process, on a free port, with tokens to ask with. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccounts } from "../../src/accounts/mod.ts";
import type { Scope } from "../../src/accounts/scope.ts";
import { initRegistry, openRegistry, type Registry } from "../../src/registry/mod.ts";
import { type AccessLine, startServer } from "../../src/server/mod.ts";
import { UNVERIFIED } from "./knitpkg.ts";
import { tempDirectory } from "./temp.ts";

export interface KnitPkgServer extends AsyncDisposable {
  readonly url: string;
  readonly registry: Registry;
  /** What was the server's own fault. */
  readonly bugs: readonly unknown[];
  /** What its operator is told of. */
  readonly warnings: readonly string[];
  /** What it has answered so far. */
  readonly answered: readonly AccessLine[];
  token(name: string, ...scopes: Scope[]): string;
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly token?: string;
  readonly provider?: string;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

export async function startKnitPkg(settings: string = UNVERIFIED): Promise<KnitPkgServer> {
  const { file } = await initRegistry(join(tempDirectory("knitpkg"), "registry"));
  writeFileSync(file, settings);
  const registry = openRegistry(file);
  const bugs: unknown[] = [];
  const warnings: string[] = [];
  const answered: AccessLine[] = [];
  const server = startServer(registry, {
    port: 0,
    offline: true,
    log: (line) => answered.push(line),
    onBug: (error) => bugs.push(error),
    warn: (message) => warnings.push(message),
  });
  return {
    url: server.url,
    registry,
    bugs,
    warnings,
    answered,
    token(name, ...scopes) {
      const accounts = openAccounts(registry.paths.state);
      try {
        return accounts.create({ name, scopes });
      } finally {
        accounts.close();
      }
    },
    async ask(method, path, { token, provider, body } = {}) {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(provider && { "x-provider": provider }),
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as Answer["json"] };
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
