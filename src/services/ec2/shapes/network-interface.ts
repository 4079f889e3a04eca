import type {
  NetworkInterface as ApiNetworkInterface,
  GroupIdentifier,
  NetworkInterfaceAssociation,
  NetworkInterfaceAttachment,
} from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { privateDnsName } from "#kernel/private-names.ts";
import {
  type NetworkInterface,
  publicDnsNameOf,
  securityGroupKey,
  securityGroups,
  vpcKey,
  vpcs,
  zoneIdOf,
} from "../model.ts";
import type { FilterTable } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

export function toNetworkInterface(eni: NetworkInterface, ctx: RequestContext): ApiNetworkInterface {
  const association = toAssociation(eni, ctx);
  const dnsName = privateDnsName(eni.privateIpAddress, eni.region);
  return {
    NetworkInterfaceId: eni.networkInterfaceId,
    OwnerId: eni.account,
    RequesterId: eni.requesterId,
    RequesterManaged: eni.requesterManaged,
    Status: eni.status,
    InterfaceType: eni.interfaceType,
    Description: eni.description,
    VpcId: eni.vpcId,
    SubnetId: eni.subnetId,
    AvailabilityZone: eni.availabilityZone,
    AvailabilityZoneId: zoneIdOf(eni, eni.availabilityZone),
    MacAddress: eni.macAddress,
    PrivateIpAddress: eni.privateIpAddress,
    PrivateDnsName: dnsName,
    PrivateIpAddresses: [
      {
        Primary: true,
        PrivateIpAddress: eni.privateIpAddress,
        PrivateDnsName: dnsName,
        ...(association && { Association: association }),
      },
    ],
    Ipv6Addresses: [],
    Groups: toGroups(eni, ctx),
    SourceDestCheck: eni.sourceDestCheck,
    ...(association && { Association: association }),
    ...(eni.attachment && { Attachment: toAttachment(eni.attachment) }),
    TagSet: toTags(eni.tags),
  };
}

export function toGroups(eni: NetworkInterface, ctx: RequestContext): readonly GroupIdentifier[] {
  const groups = ctx.store.view(securityGroups);
  return eni.securityGroupIds.map((groupId) => {
    const group = groups.get(securityGroupKey(eni, groupId));
    return { GroupId: groupId, ...(group && { GroupName: group.value.groupName }) };
  });
}

export function toAttachment(attachment: NonNullable<NetworkInterface["attachment"]>): NetworkInterfaceAttachment {
  return {
    AttachmentId: attachment.attachmentId,
    AttachTime: attachment.attachTime,
    DeviceIndex: attachment.deviceIndex,
    NetworkCardIndex: 0,
    DeleteOnTermination: attachment.deleteOnTermination,
    InstanceOwnerId: attachment.instanceOwnerId,
    Status: "attached",
  };
}

function toAssociation(eni: NetworkInterface, ctx: RequestContext): NetworkInterfaceAssociation | undefined {
  if (eni.association === undefined) return undefined;
  const { publicIp, allocationId, associationId } = eni.association;
  return {
    PublicIp: publicIp,
    PublicDnsName: publicDnsName(eni, ctx) ?? "",
    IpOwnerId: ipOwner(eni),
    ...(allocationId !== undefined && { AllocationId: allocationId }),
    ...(associationId !== undefined && { AssociationId: associationId }),
  };
}

/** Public names are for VPCs with `enableDnsHostnames`. */
function publicDnsName(eni: NetworkInterface, ctx: RequestContext): string | undefined {
  if (eni.association === undefined) return undefined;
  const hasNames = ctx.store.view(vpcs).get(vpcKey(eni, eni.vpcId))?.value.enableDnsHostnames;
  return hasNames ? publicDnsNameOf(eni, eni.association.publicIp) : undefined;
}

const none = () => [];

export const networkInterfaceFilters: FilterTable<NetworkInterface> = {
  "addresses.association.owner-id": (eni) => eni.association && ipOwner(eni),
  "addresses.association.public-ip": (eni) => eni.association?.publicIp,
  "addresses.primary": () => true,
  "addresses.private-ip-address": (eni) => eni.privateIpAddress,
  "association.allocation-id": (eni) => eni.association?.allocationId,
  "association.association-id": (eni) => eni.association?.associationId,
  "association.ip-owner-id": (eni) => eni.association && ipOwner(eni),
  "association.public-dns-name": publicDnsName,
  "association.public-ip": (eni) => eni.association?.publicIp,
  "attachment.attach-time": (eni) => eni.attachment && new Date(eni.attachment.attachTime).toISOString(),
  "attachment.attachment-id": (eni) => eni.attachment?.attachmentId,
  "attachment.delete-on-termination": (eni) => eni.attachment?.deleteOnTermination,
  "attachment.device-index": (eni) => eni.attachment?.deviceIndex,
  "attachment.instance-id": none,
  "attachment.instance-owner-id": (eni) => eni.attachment?.instanceOwnerId,
  "attachment.nat-gateway-id": none,
  "attachment.status": (eni) => eni.attachment && "attached",
  "availability-zone": (eni) => eni.availabilityZone,
  "availability-zone-id": (eni) => zoneIdOf(eni, eni.availabilityZone),
  description: (eni) => eni.description,
  "group-id": (eni) => eni.securityGroupIds,
  "group-name": (eni, ctx) => toGroups(eni, ctx).map((group) => group.GroupName),
  "interface-type": (eni) => eni.interfaceType,
  "ipv6-addresses.ipv6-address": none,
  "mac-address": (eni) => eni.macAddress,
  "network-interface-id": (eni) => eni.networkInterfaceId,
  "operator.managed": () => false,
  "operator.principal": none,
  "owner-id": (eni) => eni.account,
  "private-dns-name": (eni) => privateDnsName(eni.privateIpAddress, eni.region),
  "private-ip-address": (eni) => eni.privateIpAddress,
  "requester-id": (eni) => eni.requesterId,
  "requester-managed": (eni) => eni.requesterManaged,
  "source-dest-check": (eni) => eni.sourceDestCheck,
  status: (eni) => eni.status,
  "subnet-id": (eni) => eni.subnetId,
  "vpc-id": (eni) => eni.vpcId,
};

function ipOwner(eni: NetworkInterface): string {
  return eni.association?.allocationId === undefined ? "amazon" : eni.account;
}
