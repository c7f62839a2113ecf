/** Values of options that are no plain text. */
import { Failure } from "../errors.ts";

/** @throws {Failure} "usage", naming the option */
export function wholeNumber(word: string, option: string, low: number, high: number): number {
  const value = /^-?\d{1,15}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= low && value <= high) return value;
  const message = `${option} wants a whole number from ${low} to ${high}, not ${JSON.stringify(word)}`;
  throw new Failure("usage", message);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** The biggest file that FAT32 takes is one byte short of this. */
const FAT32 = 4 * 1024 ** 3;

/**
 * A size such as `650M` or `4G`, in bytes. `4G` is what people say for what FAT32 takes, and is one
 * byte less.
 *
 * @throws {Failure} "usage", naming the option
 */
export function byteSize(word: string, option: string): number {
  const [, digits, unit = ""] = /^(\d{1,12})([kmg]?)i?b?$/i.exec(word) ?? [];
  const size = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size >= 1024) return size === FAT32 ? FAT32 - 1 : size;
  const message = `${option} wants a size such as 4G or 650M, not ${JSON.stringify(word)}`;
  throw new Failure("usage", message);
}

/**
 * A day (`2026-01-31`, from its first moment, UTC) or a moment in ISO 8601.
 *
 * @throws {Failure} "usage", naming the option
 */
export function moment(word: string, option: string): Date {
  const iso = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  const date = new Date(iso.test(word) ? word : Number.NaN);
  // A 31st of February would quietly become a day of March.
  const day = word.slice(0, 10);
  const isReal = !Number.isNaN(date.getTime()) && new Date(day).toISOString().startsWith(day);
  if (isReal) return date;
  const message = `${option} wants a date such as 2026-01-31, not ${JSON.stringify(word)}`;
  throw new Failure("usage", message);
}
