import type { CreateNatGatewayRequest } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import {
  addresses,
  type ElasticAddress,
  idOf,
  internetGateways,
  type NatGateway,
  type NetworkInterface,
  natGatewayKey,
  natGateways,
  networkInterfaceKey,
  newInterface,
  publicAddresses,
  type Subnet,
} from "../model.ts";
import { acceptOnly, invalidValue, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { type CreateRequest, createRequest, madeBefore } from "../request/idempotency.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toNatGateway } from "../shapes/routing.ts";
import { freeAddress, noFreeAddress } from "./create-network-interface.ts";

const accepted = [
  "SubnetId",
  "AllocationId",
  "ConnectivityType",
  "PrivateIpAddress",
  "AvailabilityMode",
  "TagSpecifications",
  "ClientToken",
] as const;

/** Makes a NAT gateway with its interface in the subnet; it is available at once. */
export const CreateNatGateway: Ec2Handler<"CreateNatGateway"> = async (input, ctx) => {
  acceptOnly(ctx, input, accepted);
  if (input.AvailabilityMode !== undefined && input.AvailabilityMode !== "zonal") {
    throw invalidValue(ctx, input.AvailabilityMode, "availabilityMode", "Only zonal is supported.");
  }
  const token = input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken };
  const create = createRequest(ctx, "CreateNatGateway", input);
  const before = await madeBefore(ctx, kinds.natGateway, create);
  if (before !== undefined) return { NatGateway: toNatGateway(before, ctx), ...token };
  if (input.SubnetId === undefined) throw missing(ctx, "subnetId");
  checkQuota(ctx, "natGateways", ctx.store.view(natGateways).count("region", worldOf(ctx)) + 1);
  const subnet = await findOpen(ctx, kinds.subnet, input.SubnetId);
  const address = await elasticAddressFor(ctx, subnet.value, input);
  const gateway = await commitGateway(ctx, create, subnet, address, input);
  return { NatGateway: toNatGateway(gateway, ctx), ...token };
};

/** A public gateway needs a VPC with an internet gateway, and an elastic address that nothing uses. */
async function elasticAddressFor(
  ctx: RequestContext,
  subnet: Subnet,
  input: CreateNatGatewayRequest,
): Promise<Entry<ElasticAddress> | undefined> {
  if (input.ConnectivityType === "private") {
    if (input.AllocationId === undefined) return undefined;
    const message = "An elastic IP address cannot be associated with a private NAT gateway";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  if (input.AllocationId === undefined) throw missing(ctx, "AllocationId");
  const address = await findOpen(ctx, kinds.elasticAddress, input.AllocationId);
  if (address.value.association !== undefined) {
    const message = `Elastic IP address [${input.AllocationId}] is already associated`;
    throw ctx.fault("Resource.AlreadyAssociated", message);
  }
  if (ctx.store.view(internetGateways).count("vpc", subnet.vpcId) === 0) {
    throw ctx.fault("Gateway.NotAttached", `Network ${subnet.vpcId} has no Internet gateway attached`);
  }
  return address;
}

async function commitGateway(
  ctx: RequestContext,
  { seed, requestDigest }: CreateRequest,
  subnet: Entry<Subnet>,
  address: Entry<ElasticAddress> | undefined,
  input: CreateNatGatewayRequest,
): Promise<NatGateway> {
  const natGatewayId = idOf("nat", seed);
  const wanted = input.PrivateIpAddress;
  const made = newInterface({
    seed,
    subnet,
    securityGroups: [],
    addresses: ctx.store.view(addresses),
    publicAddresses: ctx.store.view(publicAddresses),
    ...(wanted !== undefined && { privateIpAddress: freeAddress(ctx, subnet, wanted) }),
    assignPublicIp: false,
    description: `Interface for NAT Gateway ${natGatewayId}`,
    interfaceType: "natGateway",
    requesterManaged: true,
    requesterId: ctx.account,
    sourceDestCheck: false,
    tags: [],
  });
  if (made === undefined) throw noFreeAddress(ctx, subnet.value.subnetId);
  const { networkInterfaceId, privateIpAddress } = made.networkInterface;
  const associationId = idOf("eipassoc", seed);
  const association = address && {
    publicIp: address.value.publicIp,
    allocationId: address.value.allocationId,
    associationId,
  };
  const gateway: NatGateway = {
    account: ctx.account,
    region: ctx.region,
    natGatewayId,
    vpcId: subnet.value.vpcId,
    subnetId: subnet.value.subnetId,
    connectivityType: address === undefined ? "private" : "public",
    createTime: ctx.clock.now(),
    networkInterfaceId,
    privateIpAddress,
    ...association,
    tags: specifiedTags(ctx, input.TagSpecifications, "natgateway"),
    ...(requestDigest !== undefined && { requestDigest }),
  };
  const eniKey = networkInterfaceKey(ctx, networkInterfaceId);
  const eni: NetworkInterface = { ...made.networkInterface, ...(association && { association }) };
  const put = [
    ...made.put.filter((one) => one.key !== eniKey),
    { key: eniKey, value: eni },
    { key: natGatewayKey(ctx, natGatewayId), value: gateway },
  ];
  if (address !== undefined) {
    const used = { associationId, networkInterfaceId, privateIpAddress, natGatewayId };
    put.push({ key: address.key, value: { ...address.value, association: used } });
  }
  await ctx.store.commit({ unchanged: [...made.unchanged, ...(address ? [address] : [])], put });
  return gateway;
}
