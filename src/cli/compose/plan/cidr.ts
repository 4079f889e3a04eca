/** Where the projects' VPCs lie: 1,024 ranges of 1,024 addresses, out of the way of what is usual in offices. */
const [base, size, count] = [0x0a64_0000, 1024, 1024];

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The address range of a project's VPC, in CIDR notation: the same for a name as far as it overlaps none of those
 * taken, so that the host can reach the tasks. Undefined when all are taken.
 */
export function chooseCidr(seed: number, taken: readonly string[]): string | undefined {
  const others = taken.flatMap((cidr) => rangeOf(cidr) ?? []);
  for (let i = 0; i < count; i++) {
    const first = base + ((seed + i) % count) * size;
    const last = first + size - 1;
    if (!others.some((other) => other.first <= last && other.last >= first)) return `${dotted(first)}/22`;
  }
  return undefined;
}

/**
 * The ranges that a machine has routes to, in CIDR notation, from its `/proc/net/route` (numbers in hexadecimal, in the
 * byte order of the machine, a little-endian one). Default routes are none.
 */
export function routedRanges(table: string): string[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination = "", , , , , , mask = ""] = line.split("\t");
      const bits = number(mask).toString(2).replaceAll("0", "").length;
      return bits === 0 ? [] : [`${dotted(number(destination))}/${bits}`];
    });
}

function number(littleEndian: string): number {
  return Buffer.from(littleEndian.padStart(8, "0"), "hex").readUInt32LE();
}

/** `10.0.0.0/24`; undefined when it is no range of IPv4. */
function rangeOf(cidr: string): Range | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)?.map(Number) ?? [];
  if (bits === undefined) return undefined;
  const address = a! * 2 ** 24 + b! * 2 ** 16 + c! * 2 ** 8 + d!;
  const length = 2 ** (32 - bits);
  const first = address - (address % length);
  return { first, last: first + length - 1 };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
