/** Numbers as people read them, the same on a terminal and on a page. */

/** `1,234`. */
export function countText(value: number): string {
  // Not toLocaleString: its first call reads tables for longer than many a command takes.
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 module`, `1,234 modules`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${countText(value)} ${value === 1 ? one : many}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `999 B`, `1.5 KiB`, `210 MiB`: three digits are enough. */
export function bytesText(value: number): string {
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
