/** The other side of an exchange of indexes: a source, or the host that the index is shared through. */
import type { Auth, SourceConfig } from "../config/mod.ts";
import { type DownloadError, trustHint } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import { variables } from "./credentials.ts";

export interface GitPeer {
  /** Its folder in `refs/remotes/`. */
  readonly name: string;
  /** What messages call it, such as `source up`. */
  readonly title: string;
  /** Where its index is. */
  readonly url: string;
  /** The address whose origin gets the credentials. */
  readonly home: string;
  readonly auth?: Auth;
  /** How long it may be silent, in milliseconds. */
  readonly timeoutMs?: number;
  /** What to look at when it is no repository. */
  readonly check: string;
  /** What to do when it cannot be reached. */
  readonly away: string;
  /** How to give it credentials when it has none. */
  readonly signIn: string;
}

export function sourcePeer(source: SourceConfig): GitPeer {
  const { name, indexUrl, url, auth, timeoutMs } = source;
  return {
    name,
    title: `source ${name}`,
    url: indexUrl,
    home: url,
    ...(auth && { auth }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    check: "the source's index_url",
    away: `check the network and the URL (\`source list\`), or \`source disable ${name}\``,
    signIn: "give the source credentials: `source add … --token-env VAR`",
  };
}

/** What a peer says that wants other credentials, or any. */
export function denied(peer: GitPeer, status: 401 | 403): Failure {
  const hint = peer.auth ? `check ${variables(peer.auth)}, which its auth names` : peer.signIn;
  return new Failure("denied", `${peer.title} refused access (${status})`, hint);
}

/** What a peer says that does not answer, or not now; or one whose certificate is not to be trusted. */
export function unreachable(peer: GitPeer, error: DownloadError): Failure {
  if (error.status === TOO_MANY) {
    const message = `${peer.title} asks to be left alone for a while: ${error.message}`;
    return new Failure("upstream", message, "try again later", { cause: error });
  }
  const message = `${peer.title} cannot be reached: ${error.message}`;
  const hint = trustHint(error.cause) ?? peer.away;
  return new Failure("upstream", message, hint, { cause: error });
}

/** Source: RFC 6585, section 4. */
const TOO_MANY = 429;
