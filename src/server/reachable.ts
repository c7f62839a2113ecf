/** Under which URLs other machines reach a server. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { serverAddress } from "../config/mod.ts";

/**
 * The public URL when there is one; each of this machine's addresses when it listens on all of them;
 * none when it listens for this machine only.
 */
export function reachableUrls(
  server: { readonly host: string; readonly port: number; readonly baseUrl: string },
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string[] {
  const { host, port, baseUrl } = server;
  if (baseUrl !== "") return [baseUrl];
  if (/^(?:localhost|127\.|::1$)/.test(host)) return [];
  if (host !== "0.0.0.0" && host !== "::" && host !== "") return [serverAddress(server)];
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  return addresses
    .filter(({ family, internal, address }) => {
      // Link-local ones need a zone that another machine does not know.
      if (internal || /^(?:169\.254\.|fe80:)/i.test(address)) return false;
      return family === "IPv4" || host !== "0.0.0.0";
    })
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => serverAddress({ host: address, port, baseUrl: "" }));
}
