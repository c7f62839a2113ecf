/** Numbers as people read them. */

/** `1,234`. */
export function count(value: number): string {
  // Not toLocaleString: its first call reads tables for longer than many a command takes.
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 module`, `1,234 modules`. */
/** `2 blocked versions, 1 that is too young` */
export function heldText({ blocked, young }: { blocked: number; young: number }): string {
  return [
    blocked > 0 ? plural(blocked, "blocked version") : "",
    young > 0 ? plural(young, "young version") : "",
  ]
    .filter(Boolean)
    .join(", ");
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `999 B`, `1.5 KiB`, `210 MiB`: three digits are enough. */
export function bytes(value: number): string {
  let unit = 0;
  let size = value;
  // 999.5 would be shown as 1000.
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : 1;
  return `${size.toFixed(digits)} ${UNITS[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
