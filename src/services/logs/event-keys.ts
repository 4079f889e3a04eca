import type { EventKey } from "./segments/page.ts";

/** Places in the order of events, as decimal digits: what AWS's tokens and event ids look like. */
const digits = 56;
const sequenceBits = 54n;

function toDigits({ timestamp, sequence }: EventKey): string {
  return ((BigInt(timestamp) << sequenceBits) | BigInt(sequence + 1)).toString().padStart(digits, "0");
}

/** The token from which GetLogEvents goes on: `f/` forward, `b/` backward. */
export function toStreamToken(direction: "forward" | "backward", key: EventKey): string {
  return `${direction === "forward" ? "f" : "b"}/${toDigits(key)}/s`;
}

export function fromStreamToken(
  token: string,
): { readonly direction: "forward" | "backward"; readonly key: EventKey } | undefined {
  const parts = /^([fb])\/(\d{56})\/s$/.exec(token);
  if (parts === null) return undefined;
  const number = BigInt(parts[2]!);
  const timestamp = number >> sequenceBits;
  if (timestamp > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const sequence = Number(number & ((1n << sequenceBits) - 1n)) - 1;
  return { direction: parts[1] === "f" ? "forward" : "backward", key: { timestamp: Number(timestamp), sequence } };
}

/** An event's id: unique among all groups, and in the order of the events of one. */
export function toEventId(groupId: string, { timestamp, sequence }: EventKey): string {
  const key = (BigInt(timestamp) << sequenceBits) | BigInt(sequence);
  return ((key << 64n) | BigInt(`0x${groupId}`)).toString().padStart(digits, "0");
}
