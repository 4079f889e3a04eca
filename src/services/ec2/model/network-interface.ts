import type { Collection, Entry, Key, Put, Read, View } from "#kernel/store.ts";
import { absent, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import {
  type Address,
  addressKey,
  allocateAddress,
  allocatePublicAddress,
  type PublicAddress,
  publicAddressKey,
} from "./address.ts";
import { digest, idOf, type Resource, type Tag } from "./common.ts";
import type { SecurityGroup } from "./security-group.ts";
import { cidrOf, type Subnet } from "./subnet.ts";

export interface NetworkInterface extends Resource {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly description: string;
  readonly interfaceType: "interface" | "natGateway";
  /** `02:1f:ac:1f:00:05` */
  readonly macAddress: string;
  readonly privateIpAddress: string;
  readonly securityGroupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  readonly status: "available" | "in-use";
  /** Made by a service for a user: the user can see it, not change it. */
  readonly requesterManaged: boolean;
  /** Who asked for it: an account, or the service for a requester-managed interface. */
  readonly requesterId: string;
  readonly attachment?: NetworkInterfaceAttachment;
  readonly association?: NetworkInterfaceAssociation;
}

export interface NetworkInterfaceAttachment {
  readonly attachmentId: string;
  /** Milliseconds since the epoch. */
  readonly attachTime: number;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
  readonly instanceOwnerId: string;
}

/** The public address of an interface. Without `allocationId` it goes away with the interface. */
export interface NetworkInterfaceAssociation {
  readonly publicIp: string;
  readonly allocationId?: string;
  readonly associationId?: string;
}

export type NetworkInterfaceIndex = "region" | "vpc" | "subnet" | "group" | "public";

export const networkInterfaces: Collection<NetworkInterface, NetworkInterfaceIndex> = {
  name: "ec2/network-interface",
  indexes: {
    region: worldOf,
    vpc: (eni) => eni.vpcId,
    subnet: (eni) => eni.subnetId,
    group: (eni) => eni.securityGroupIds,
    /** VPC -> the interfaces in it that have a public address. */
    public: (eni) => (eni.association === undefined ? undefined : eni.vpcId),
  },
};

/** Whether it carries a task's packets. */
export function isInUse({ status, interfaceType }: NetworkInterface): boolean {
  return status === "in-use" && interfaceType === "interface";
}

export function networkInterfaceKey(world: World, networkInterfaceId: string): Key<NetworkInterface> {
  return keyOf(networkInterfaces, world.account, world.region, networkInterfaceId);
}

/** `ec2-198-18-0-5.compute-1.amazonaws.com` in us-east-1, elsewhere `eu-west-1.compute` instead of `compute-1`. */
export function publicDnsNameOf(world: Pick<World, "region">, publicIp: string): string {
  const domain = world.region === "us-east-1" ? "compute-1" : `${world.region}.compute`;
  return `ec2-${publicIp.replaceAll(".", "-")}.${domain}.amazonaws.com`;
}

/** Locally administered, and unique in a VPC because the address is a part of it. */
export function macAddressOf(privateIpAddress: string, seed: string): string {
  const [first, second] = digest("mac", seed);
  const octets = [[0x02, 0x06, 0x0a][first! % 3]!, second!, ...privateIpAddress.split(".").map(Number)];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

export interface NewInterface {
  /** Different for every interface: its id, MAC address and addresses follow from it. */
  readonly seed: string;
  readonly subnet: Entry<Subnet>;
  /** Of the subnet's VPC. */
  readonly securityGroups: readonly Entry<SecurityGroup>[];
  readonly addresses: View<Address, "subnet">;
  readonly publicAddresses: View<PublicAddress>;
  /** A certain address, which the caller has checked; absent: any that is free. */
  readonly privateIpAddress?: string;
  readonly assignPublicIp: boolean;
  readonly description: string;
  readonly interfaceType: NetworkInterface["interfaceType"];
  readonly requesterManaged: boolean;
  readonly requesterId: string;
  readonly attachment?: NetworkInterfaceAttachment;
  readonly sourceDestCheck?: boolean;
  readonly tags: readonly Tag[];
}

/** Who asked for the interfaces of load balancers' nodes, as on AWS. */
export const loadBalancerRequester = "amazon-elb";

/** A new interface and what to commit for it, together with anything else of the same commit. */
export interface InterfaceCommit {
  readonly networkInterface: NetworkInterface;
  /** The subnet and the groups still stand, and the addresses are still free. */
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

/** Decides a new interface. Undefined: the subnet, or the public pool, has no free address. */
export function newInterface(request: NewInterface): InterfaceCommit | undefined {
  const { subnet, seed } = request;
  const { account, region, subnetId, vpcId, availabilityZone } = subnet.value;
  const world = { account, region };
  const isTaken = (ip: string) => request.addresses.get(addressKey(world, subnetId, ip)) !== undefined;
  const isPublicTaken = (ip: string) => request.publicAddresses.get(publicAddressKey(ip)) !== undefined;
  const privateIpAddress = request.privateIpAddress ?? allocateAddress(cidrOf(subnet.value), isTaken, seed);
  const publicIp = request.assignPublicIp ? allocatePublicAddress(isPublicTaken, seed) : undefined;
  if (privateIpAddress === undefined || (request.assignPublicIp && publicIp === undefined)) return undefined;
  const networkInterface: NetworkInterface = {
    ...world,
    networkInterfaceId: idOf("eni", seed),
    subnetId,
    vpcId,
    availabilityZone,
    description: request.description,
    interfaceType: request.interfaceType,
    macAddress: macAddressOf(privateIpAddress, seed),
    privateIpAddress,
    securityGroupIds: request.securityGroups.map((group) => group.value.groupId),
    sourceDestCheck: request.sourceDestCheck ?? true,
    status: request.attachment === undefined && request.interfaceType === "interface" ? "available" : "in-use",
    requesterManaged: request.requesterManaged,
    requesterId: request.requesterId,
    ...(request.attachment && { attachment: request.attachment }),
    ...(publicIp !== undefined && { association: { publicIp } }),
    tags: request.tags,
  };
  return {
    networkInterface,
    unchanged: [
      subnet,
      ...request.securityGroups,
      absent(addressKey(world, subnetId, privateIpAddress)),
      ...(publicIp === undefined ? [] : [absent(publicAddressKey(publicIp))]),
    ],
    put: interfacePuts(networkInterface),
  };
}

function interfacePuts(networkInterface: NetworkInterface): Put[] {
  const { account, region, subnetId, privateIpAddress, networkInterfaceId, association } = networkInterface;
  const address: Address = { account, region, subnetId, privateIpAddress, networkInterfaceId };
  const puts: Put[] = [
    { key: networkInterfaceKey(networkInterface, networkInterfaceId), value: networkInterface },
    { key: addressKey(networkInterface, subnetId, privateIpAddress), value: address },
  ];
  if (association !== undefined && association.allocationId === undefined) {
    const value: PublicAddress = { account, region, publicIp: association.publicIp, ownerId: networkInterfaceId };
    puts.push({ key: publicAddressKey(association.publicIp), value });
  }
  return puts;
}

/** What to commit so that the interface is gone and its addresses are free. An elastic address stays allocated. */
export function removeInterface(entry: Entry<NetworkInterface>): {
  readonly unchanged: readonly Read<unknown>[];
  readonly remove: readonly string[];
} {
  const { subnetId, privateIpAddress, association } = entry.value;
  const remove: string[] = [entry.key, addressKey(entry.value, subnetId, privateIpAddress)];
  if (association !== undefined && association.allocationId === undefined) {
    remove.push(publicAddressKey(association.publicIp));
  }
  return { unchanged: [entry], remove };
}

export interface NewTaskInterface
  extends Pick<NewInterface, "subnet" | "securityGroups" | "addresses" | "publicAddresses" | "assignPublicIp"> {
  /** Different for every attachment; the interface's id, MAC address and addresses follow from it. */
  readonly attachmentArn: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly tags?: readonly Tag[];
}

/**
 * The interface of a task in its subnet. The caller has checked that the subnet and the groups are of one VPC and are
 * not `closing`. Undefined: no free address ("The specified subnet does not have enough free addresses...").
 */
export function newTaskInterface(request: NewTaskInterface): InterfaceCommit | undefined {
  const { attachmentArn, now, tags = [], ...rest } = request;
  return newInterface({
    ...rest,
    seed: attachmentArn,
    description: attachmentArn,
    interfaceType: "interface",
    requesterManaged: true,
    requesterId: request.subnet.value.account,
    attachment: {
      attachmentId: idOf("eni-attach", attachmentArn),
      attachTime: now,
      deviceIndex: 1,
      deleteOnTermination: false,
      instanceOwnerId: request.subnet.value.account,
    },
    tags,
  });
}
