const second = 1000;
const day = 24 * 3600 * second;
/** As CloudWatch counts them in relative times. */
const units: readonly (readonly [ms: number, pattern: string])[] = [
  [365 * day, "Y"],
  [30 * day, "M"],
  [7 * day, "W"],
  [day, "D"],
];
const timeUnits: readonly (readonly [ms: number, pattern: string])[] = [
  [3600 * second, "H"],
  [60 * second, "M"],
  [second, "S"],
];
const part = ([, letter]: readonly [number, string]) => `(?:(\\d+)${letter})?`;
const relative = new RegExp(`^-?P${units.map(part).join("")}(?:T${timeUnits.map(part).join("")})?$`);
const absolute = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A moment as widgets have it, in milliseconds since the epoch: ISO 8601, or so long before now (`-PT3H`, `-P7D`).
 * Undefined when the text is neither.
 */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const ago = relative.exec(text);
  if (ago !== null && !/[PT]$/.test(text)) {
    const sizes = [...units, ...timeUnits].map(([ms]) => ms);
    return nowMs - sizes.reduce((sum, ms, i) => sum + ms * Number(ago[i + 1] ?? 0), 0);
  }
  if (!absolute.test(text)) return undefined;
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) && text.includes("T");
  const time = Date.parse(isZoned || !text.includes("T") ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Minutes ahead of UTC: `+0130` is 90. */
export function parseZone(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3));
  return text.startsWith("-") ? -minutes : minutes;
}
