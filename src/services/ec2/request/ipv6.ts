import { isIPv6 } from "node:net";

/** With its host bits cleared, and in the short form of RFC 5952; undefined when the text is no range of IPv6. */
export function canonicalIpv6Cidr(text: string): string | undefined {
  const [, address = "", length = ""] = /^([^/%]+)\/(\d{1,3})$/.exec(text) ?? [];
  const prefixLength = Number(length);
  if (!isIPv6(address) || prefixLength > 128) return undefined;
  const parts = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [head, tail] = parts.map((part) => (part === "" ? [] : part.split(":"))) as [string[], string[] | undefined];
  const groups = tail ? [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail] : head;
  const masked = groups.map((group, i) => {
    const kept = Math.min(16, Math.max(0, prefixLength - 16 * i));
    return (Number.parseInt(group, 16) & (0xffff << (16 - kept)) & 0xffff).toString(16);
  });
  return `${new URL(`http://[${masked.join(":")}]`).hostname.slice(1, -1)}/${prefixLength}`;
}
