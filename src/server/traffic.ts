/** Counts requests and what was sent, by kind: a few additions a request. */

/** What is asked for, told by the first part of the path. */
const GROUPS: Readonly<Record<string, string>> = {
  git: "index",
  "mooncakes-index": "index",
  index: "index",
  user: "archives",
  "mooncakes-download": "archives",
  api: "api",
  v1: "knitpkg",
  info: "knitpkg",
  assets: "assets",
  "symbols.zip": "assets",
  dist: "installer",
  "install.sh": "installer",
  "install.ps1": "installer",
  health: "operations",
  ready: "operations",
  metrics: "operations",
};

export interface TrafficCount {
  readonly group: string;
  /** Such as `2xx`. */
  readonly status: string;
  readonly requests: number;
  /** Of bodies whose length was known when the answer began. */
  readonly bytes: number;
}

export interface Traffic {
  /** @param bytes of the answer's body, if that is known */
  count(request: Request, status: number, bytes: number | undefined): void;
  counts(): TrafficCount[];
}

export function createTraffic(): Traffic {
  const counts = new Map<string, { requests: number; bytes: number }[]>();
  return {
    count(request, status, bytes = 0) {
      const group = groupOf(request.url);
      let byClass = counts.get(group);
      if (!byClass) {
        byClass = Array.from({ length: 6 }, () => ({ requests: 0, bytes: 0 }));
        counts.set(group, byClass);
      }
      const count = byClass[Math.floor(status / 100)]!;
      count.requests++;
      if (request.method !== "HEAD") count.bytes += bytes;
    },
    counts: () =>
      [...counts].flatMap(([group, byClass]) =>
        byClass.flatMap((count, at) =>
          count.requests === 0 ? [] : [{ group, status: `${at}xx`, ...count }],
        ),
      ),
  };
}

/** The names are few whatever is asked for: what is not known is a page. */
function groupOf(url: string): string {
  const start = url.indexOf("/", "http://".length) + 1;
  let end = start;
  while (end < url.length && !END.has(url.charCodeAt(end))) end++;
  const first = url.slice(start, end);
  return Object.hasOwn(GROUPS, first) ? GROUPS[first]! : "pages";
}

/** `/`, `?` and `#`. */
const END: ReadonlySet<number> = new Set([0x2f, 0x3f, 0x23]);
