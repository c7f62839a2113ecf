import { expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { reachableUrls } from "../../src/server/reachable.ts";

function address(text: string, internal = false): NetworkInterfaceInfo {
  const family = text.includes(":") ? "IPv6" : "IPv4";
  return {
    address: text,
    family,
    internal,
    netmask: "",
    mac: "",
    cidr: null,
  } as NetworkInterfaceInfo;
}

const INTERFACES = {
  lo: [address("127.0.0.1", true), address("::1", true)],
  eth0: [address("fe80::1"), address("fd00::7"), address("192.168.1.5")],
  wlan0: [address("10.0.0.9"), address("169.254.3.4")],
};

test.each([
  ["0.0.0.0", "", ["http://192.168.1.5:8080", "http://10.0.0.9:8080"]],
  ["::", "", ["http://192.168.1.5:8080", "http://10.0.0.9:8080", "http://[fd00::7]:8080"]],
  ["127.0.0.1", "", []],
  ["localhost", "", []],
  ["10.0.0.9", "", ["http://10.0.0.9:8080"]],
  ["127.0.0.1", "https://reg.example", ["https://reg.example"]],
])("on %s with public URL %p others reach it at %p", (host, baseUrl, urls) => {
  expect(reachableUrls({ host, port: 8080, baseUrl }, () => INTERFACES)).toEqual(urls);
});

/** As where a sandbox forbids the kind of socket that is asked. */
const forbidden = () => {
  throw new Error("A system error occurred: getifaddrs returned an error");
};

test.each(["127.0.0.1", "0.0.0.0", "::"])(
  "on %s a server starts where it may not ask for addresses",
  (host) => {
    expect(reachableUrls({ host, port: 8080, baseUrl: "" }, forbidden)).toEqual([]);
  },
);
