import { createHash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";

/**
 * The names of everything that one platform instance makes on a host. Two instances have different owners, and by that
 * different names, so that they can share a host. Interface names have at most 15 characters: where an id does not fit,
 * a hash of it stands in, and the id itself is in the interface's alias.
 */
export interface Names {
  /** The port-less bridge that carries the host service address. */
  readonly serviceBridge: string;
  /** What all host ends of links to VPCs start with. */
  readonly linkPrefix: string;
  /** The nft table on the host. */
  readonly hostTable: string;
  /** What all network namespaces of VPCs start with. */
  readonly namespacePrefix: string;
  /** The host end of the link to a VPC. */
  link(vpcId: string): string;
  namespace(vpcId: string): string;
}

const ownerPattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Throws `DriverError` (`InvalidSpec`) unless the owner is 1 to 40 lower-case letters, digits and hyphens. */
export function namesOf(owner: string): Names {
  if (!ownerPattern.test(owner)) {
    throw new DriverError("InvalidSpec", `The owner "${owner}" must be 1 to 40 lower-case letters, digits and hyphens`);
  }
  const tag = digest(owner, 5);
  return {
    serviceBridge: `estiva-${tag}`,
    linkPrefix: `ev${tag}`,
    hostTable: `estiva_${owner}`,
    namespacePrefix: `estiva-${owner}.`,
    link: (vpcId) => `ev${tag}${digest(vpcId, 8)}`,
    namespace: (vpcId) => `estiva-${owner}.${vpcId}`,
  };
}

/** The VPC's end of its link to the host. */
export const linkDevice = "link";
/** The name of the nft tables inside a VPC's namespace. */
export const vpcTable = "estiva";

/** The bridge of a subnet, inside its VPC's namespace. */
export function bridgeDevice(subnetId: string): string {
  return `br${digest(subnetId, 12)}`;
}

/** A bridge port: the VPC's end of a task's interface. */
export function portDevice(networkInterfaceId: string): string {
  return `p${digest(networkInterfaceId, 13)}`;
}

/** The bridge's own address, which tasks send to: a locally administered one, the same after every restart. */
export function gatewayMac(subnetId: string): string {
  return `02:e5:${digest(subnetId, 8).match(/../g)!.join(":")}`;
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
