/**
 * A protocol v2 request: `command=NAME`, capabilities, a delimiter, the command's arguments, flush.
 * Source: gitprotocol-v2(5), "Command Request".
 */
import { ProtocolError, packets, text } from "./pkt-line.ts";

export interface Command {
  readonly name: string;
  readonly args: readonly string[];
}

/** @throws {ProtocolError} when the body is not one whole command */
export function parseCommand(body: Buffer): Command {
  let name: string | undefined;
  let inArgs = false;
  let ended = false;
  const args: string[] = [];
  for (const part of packets(body)) {
    if (ended) throw new ProtocolError("more than one command in a request");
    if (part.kind === "flush") ended = true;
    else if (part.kind === "delimiter") inArgs = true;
    else if (part.kind === "response-end") throw new ProtocolError("unexpected response end");
    else if (inArgs) args.push(text(part.data));
    else name = capability(text(part.data)) ?? name;
  }
  if (!name) throw new ProtocolError("no command given");
  if (!ended) throw new ProtocolError("command without an end");
  return { name, args };
}

/** The command that a capability line names; refuses an object format that is not spoken here. */
function capability(line: string): string | undefined {
  if (line.startsWith("object-format=") && line !== "object-format=sha1") {
    throw new ProtocolError(`unsupported ${line}`);
  }
  return line.startsWith("command=") ? line.slice("command=".length) : undefined;
}
