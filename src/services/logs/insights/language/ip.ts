import { BlockList, isIP } from "node:net";

type Family = "ipv4" | "ipv6";

/** The family of an address; undefined when the text is none. */
export function familyOf(text: string): Family | undefined {
  const version = isIP(text);
  return version === 0 ? undefined : version === 4 ? "ipv4" : "ipv6";
}

const known = new Map<string, { readonly family: Family; readonly list: BlockList } | undefined>();
const mostKnown = 1000;

/** Whether an address is in a range such as `10.0.0.0/8`, both of the same family; false when either is none. */
export function isInSubnet(address: string, subnet: string, wanted?: Family): boolean {
  if (!known.has(subnet)) {
    if (known.size >= mostKnown) known.clear();
    known.set(subnet, readSubnet(subnet));
  }
  const range = known.get(subnet);
  const family = familyOf(address);
  if (range === undefined || family !== range.family || (wanted !== undefined && wanted !== family)) return false;
  return range.list.check(address, family);
}

function readSubnet(text: string) {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = familyOf(address);
  if (family === undefined || Number(bits) > (family === "ipv4" ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return { family, list };
}
