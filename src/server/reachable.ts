/** Under which URLs other machines reach a server. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { serverAddress } from "../config/mod.ts";

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/**
 * The public URL when there is one; each of this machine's addresses when it listens on all of them;
 * none when it listens for this machine only.
 *
 * @param interfaces asked only by a server that listens on all of them
 */
export function reachableUrls(
  server: { readonly host: string; readonly port: number; readonly baseUrl: string },
  interfaces: () => Interfaces = networkInterfaces,
): string[] {
  const { host, port, baseUrl } = server;
  if (baseUrl !== "") return [baseUrl];
  if (/^(?:localhost|127\.|::1$)/.test(host)) return [];
  if (host !== "0.0.0.0" && host !== "::" && host !== "") return [serverAddress(server)];
  return addressesOf(interfaces)
    .filter(({ family, internal, address }) => {
      // Link-local ones need a zone that another machine does not know.
      if (internal || /^(?:169\.254\.|fe80:)/i.test(address)) return false;
      return family === "IPv4" || host !== "0.0.0.0";
    })
    .sort((a, b) => a.family.localeCompare(b.family))
    .map(({ address }) => serverAddress({ host: address, port, baseUrl: "" }));
}

function addressesOf(interfaces: () => Interfaces): NetworkInterfaceInfo[] {
  try {
    return Object.values(interfaces()).flatMap((each) => each ?? []);
  } catch {
    // A service may be kept from asking (systemd: RestrictAddressFamilies); it serves all the same.
    return [];
  }
}
