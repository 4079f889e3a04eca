import type { Random } from "./random.ts";

/** RFC 4648 base32. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const accountShift = 7n;
const randomBits = 40n;

/**
 * A new access key id: `AKIA` for long-term keys, `ASIA` for temporary ones, then 16 characters that carry the account,
 * where AWS's carry it, so that `sts:GetAccessKeyInfo` needs no record.
 */
export function newAccessKeyId(prefix: "AKIA" | "ASIA", account: string, random: Random): string {
  const noise = random.bytes(6);
  // 80 bits: one set, the account in 40, the rest random.
  const low = noise.subarray(0, 5).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const high = (1n << 47n) | (BigInt(account) << accountShift) | BigInt(noise[5]! & 0x7f);
  let bits = (high << 32n) | (low & ((1n << 32n) - 1n));
  bits &= (1n << 80n) - 1n;
  let text = "";
  for (let i = 0; i < 16; i++) {
    text = alphabet[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return prefix + text;
}

/** The account in an access key id, or undefined when the text is none. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const character of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(alphabet.indexOf(character));
  const account = ((bits >> 32n) >> accountShift) & ((1n << randomBits) - 1n);
  return String(account).padStart(12, "0");
}
