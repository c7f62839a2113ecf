/** Where a server is to be found. */

/** The public URL when there is one, else that of the listener. Without a trailing slash. */
export function serverAddress(server: {
  readonly host: string;
  readonly port: number;
  readonly baseUrl: string;
}): string {
  return server.baseUrl || `http://${typedHost(server.host)}:${server.port}`;
}

/** The host and port that it is bound to, wildcards as they are: for a person to look at, not to type. */
export function boundAddress({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return `${bracketed(host)}:${port}`;
}

/** An address that one can type: a wildcard is none, and IPv6 stands in brackets. */
function typedHost(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "localhost";
  return bracketed(host);
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
