import { createHmac } from "node:crypto";
import { Fault } from "#kernel/fault.ts";

/** Time-based one-time passwords (RFC 6238): six digits, SHA-1, steps of 30 seconds. */

const stepMs = 30_000;
const digits = 6;
/** How many steps a device's clock may be ahead or behind: when it is enabled, and when it is used. */
const tolerance = 10;
const toleranceInUse = 1;

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The password of a seed, in base32, at the step of this number. */
export function oneTimePassword(seed: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", fromBase32(seed)).update(counter).digest();
  const offset = mac[mac.length - 1]! & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/**
 * The step of the second of two passwords that follow one another, near this time and after the last step that was
 * used. Throws IAM's fault when they are none.
 */
export function checkConsecutive(
  seed: string,
  codes: readonly [string, string],
  at: { readonly now: number; readonly lastStep?: number },
): number {
  const present = Math.floor(at.now / stepMs);
  for (let step = present - tolerance; step <= present + tolerance; step++) {
    if (step <= (at.lastStep ?? -1)) continue;
    const matches = oneTimePassword(seed, step) === codes[0] && oneTimePassword(seed, step + 1) === codes[1];
    if (matches) return step + 1;
  }
  throw new Fault("InvalidAuthenticationCodeException", "Authentication code for device is not valid.");
}

/** The step of a password, near this time and after the last step that was used; undefined when it is none. */
export function matchingStep(
  seed: string,
  code: string,
  at: { readonly now: number; readonly lastStep?: number },
): number | undefined {
  const present = Math.floor(at.now / stepMs);
  for (let step = present - toleranceInUse; step <= present + toleranceInUse; step++) {
    if (step > (at.lastStep ?? -1) && oneTimePassword(seed, step) === code) return step;
  }
  return undefined;
}

export function toBase32(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = "";
  for (let i = Math.floor((bytes.length * 8) / 5) - 1; i >= 0; i--)
    text += base32[Number((bits >> BigInt(i * 5)) & 31n)];
  return text;
}

function fromBase32(text: string): Buffer {
  let bits = 0n;
  for (const character of text) bits = (bits << 5n) | BigInt(base32.indexOf(character));
  const bytes = Math.floor((text.length * 5) / 8);
  return Buffer.from(bits.toString(16).padStart(bytes * 2, "0"), "hex");
}
