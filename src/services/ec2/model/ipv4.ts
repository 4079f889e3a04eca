/** A range of IPv4 addresses. `base` is its first address as an unsigned number. */
export interface Cidr {
  readonly base: number;
  /** 0 to 32. */
  readonly prefixLength: number;
}

/** The address as an unsigned number, or undefined when the text is none. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let address = 0;
  for (const part of match.slice(1)) {
    const octet = Number(part);
    if (octet > 255 || (part.length > 1 && part.startsWith("0"))) return undefined;
    address = address * 256 + octet;
  }
  return address;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** `10.0.3.7/16` gives 10.0.0.0/16: bits beyond the prefix are cleared. Undefined when the text is no range. */
export function parseCidr(text: string): Cidr | undefined {
  const [, addressText, lengthText] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const address = addressText === undefined ? undefined : parseAddress(addressText);
  const prefixLength = Number(lengthText);
  if (address === undefined || prefixLength > 32) return undefined;
  const size = 2 ** (32 - prefixLength);
  return { base: Math.floor(address / size) * size, prefixLength };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefixLength}`;
}

/** How many addresses the range has. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefixLength);
}

export function containsAddress(cidr: Cidr, address: number): boolean {
  return address >= cidr.base && address < cidr.base + sizeOf(cidr);
}

/** Whether all of `inner` lies in `outer`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return inner.prefixLength >= outer.prefixLength && containsAddress(outer, inner.base);
}

/** Whether two ranges have an address in common. */
export function overlap(a: Cidr, b: Cidr): boolean {
  return containsCidr(a, b) || containsCidr(b, a);
}
