/** Texts of compose files -> numbers. */

const unitSeconds: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of `1m30s`, `500ms`, `10`; undefined when it is no duration. A number alone is seconds. */
export function parseSeconds(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value === "") return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join("") !== value) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitSeconds[unit!]!, 0);
}

const unitBytes: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes of `64m`, `1.5GB`, `300kb`, `1024`; undefined when it is none. Units are powers of 1024. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, amount, unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmg])?(?:i?b)?$/i.exec(value.trim()) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * unitBytes[unit.toLowerCase()]!);
}

/** A whole or broken number, which interpolation may have left as text. */
export function parseNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

/** `true`, or the texts that YAML 1.1 has for it. */
export function parseBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(true|yes|y|on)$/i.test(value)) return true;
  return /^(false|no|n|off)$/i.test(value) ? false : undefined;
}
