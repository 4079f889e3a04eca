import { DriverError } from "#kernel/fault.ts";
import type { Redirect } from "./network.ts";
import { type NftTable, replaceTable } from "./nft-table.ts";

/**
 * The table inside a sandbox that leads connections to its proxy. A proxy cannot listen where it is to be reached: a
 * container that listens at all addresses has the port at every one of them.
 */
export function redirectTable(redirects: readonly Redirect[]): NftTable {
  for (const { address, port, toPort } of redirects) {
    if (address !== undefined && !/^127(\.\d{1,3}){3}$/.test(address)) {
      throw new DriverError("InvalidSpec", `${address} is no loopback address`);
    }
    for (const each of [port, toPort]) {
      if (Number.isInteger(each) && each >= 1 && each <= 65_535) continue;
      throw new DriverError("InvalidSpec", `${each} is no port`);
    }
  }
  const inward = redirects.flatMap(({ address, port, toPort }) =>
    address === undefined ? [`iifname "eth0" tcp dport ${port} redirect to :${toPort}`] : [],
  );
  const inside = redirects.flatMap(({ address, port, toPort }) =>
    address === undefined ? [] : [`ip daddr ${address} tcp dport ${port} dnat ip to ${address}:${toPort}`],
  );
  return {
    ...{ family: "inet", name: "estiva", sets: new Map() },
    chains: new Map([
      ["inward", { hook: "type nat hook prerouting priority dstnat; policy accept;", rules: inward }],
      ["inside", { hook: "type nat hook output priority -100; policy accept;", rules: inside }],
    ]),
  };
}

export function redirectCommands(redirects: readonly Redirect[]): string {
  return replaceTable(redirectTable(redirects));
}
