import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { digest } from "./common.ts";
import { type Cidr, formatAddress, parseCidr, sizeOf } from "./ipv4.ts";
import { reservedAddressCount, usableAddressCount } from "./subnet.ts";

/**
 * An address of a subnet that an interface has. The record is the fence: whoever takes an address commits it together
 * with the interface on the condition that it was absent, so that no address is ever given twice.
 */
export interface Address extends World {
  readonly subnetId: string;
  readonly privateIpAddress: string;
  readonly networkInterfaceId: string;
}

export const addresses: Collection<Address, "subnet"> = {
  name: "ec2/address",
  indexes: { subnet: (address) => address.subnetId },
};

export function addressKey(world: World, subnetId: string, privateIpAddress: string): Key<Address> {
  return keyOf(addresses, world.account, world.region, subnetId, privateIpAddress);
}

/**
 * A public address in use, over all accounts and regions. `ownerId` is the elastic address or the network interface
 * that has it.
 */
export interface PublicAddress extends World {
  readonly publicIp: string;
  readonly ownerId: string;
}

export const publicAddresses: Collection<PublicAddress> = { name: "ec2/public-address" };

export function publicAddressKey(publicIp: string): Key<PublicAddress> {
  return keyOf(publicAddresses, publicIp);
}

/**
 * Public addresses are of 198.18.0.0/15, which RFC 2544 sets apart for tests of networks: it is never routed on the
 * internet, and with 131,072 addresses large enough. They name interfaces; packets leave under the host's address.
 */
export const publicPool: Cidr = parseCidr("198.18.0.0/15")!;

/**
 * A free address of the subnet, or undefined when all are taken. The search starts at a place that follows from the
 * seed, so that several at once rarely meet.
 */
export function allocateAddress(
  cidr: Cidr,
  isTaken: (privateIpAddress: string) => boolean,
  seed: string,
): string | undefined {
  return firstFree(cidr.base + reservedAddressCount - 1, usableAddressCount(cidr), isTaken, seed);
}

/** A free address of the public pool, found in the same way. */
export function allocatePublicAddress(isTaken: (publicIp: string) => boolean, seed: string): string | undefined {
  return firstFree(publicPool.base + 1, sizeOf(publicPool) - 2, isTaken, seed);
}

function firstFree(base: number, count: number, isTaken: (address: string) => boolean, seed: string) {
  const start = digest("address", seed).readUInt32BE(0) % count;
  for (let i = 0; i < count; i++) {
    const address = formatAddress(base + ((start + i) % count));
    if (!isTaken(address)) return address;
  }
  return undefined;
}
