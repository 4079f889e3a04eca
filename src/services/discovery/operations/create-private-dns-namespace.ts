import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import { vpcKey } from "#services/ec2/model.ts";
import { httpNameKey, type NameRecord, namespaceKey, namespaces, type OperationRecord, zoneNameKey } from "../model.ts";
import { createNamespace, madeBefore } from "../request/create-namespace.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { newHostedZoneId } from "../request/ids.ts";
import { checkDomainName } from "../request/names.ts";
import { refuseWhileBusy } from "../request/submit.ts";

const action = "CreatePrivateDnsNamespace";
/** What Cloud Map gives to a private namespace. */
const defaultSoaTtlSeconds = 15;

/** What Route 53 would refuse later makes the operation fail, not the request. */
export const CreatePrivateDnsNamespace: DiscoveryHandler<typeof action> = async (input, ctx) => {
  const before = madeBefore(ctx, action, input);
  if (before !== undefined) return before;
  checkDomainName("Name", input.Name);
  const vpc = await ctx.store.get(vpcKey(ctx, input.Vpc));
  const zone = await ctx.store.get(zoneNameKey(ctx, input.Vpc, input.Name));
  const plain = await ctx.store.get(httpNameKey(ctx, input.Name));
  // The name is free to be used again in another VPC; DiscoverInstances needs one that is not.
  const httpName = plain.value === undefined ? input.Name : `${input.Name}-${hex(ctx.random, 8)}`;
  const name = plain.value === undefined ? plain : await ctx.store.get(httpNameKey(ctx, httpName));
  const failure =
    vpc.value === undefined || vpc.value.closing
      ? hostedZoneFailure(`The VPC that you chose, ${input.Vpc} in region ${ctx.region}, doesn't exist.`)
      : zone.value !== undefined
        ? zoneTaken(ctx, zone, input.Vpc)
        : undefined;
  return createNamespace(ctx, input, {
    ...{ action, type: "DNS_PRIVATE", httpName, names: [name, zone], unchanged: [vpc] },
    dns: {
      vpcId: input.Vpc,
      hostedZoneId: newHostedZoneId(ctx.random),
      soaTtlSeconds: input.Properties?.DnsProperties.SOA.TTL ?? defaultSoaTtlSeconds,
    },
    ...(failure && { failure }),
  });
};

function zoneTaken(ctx: RequestContext, zone: Entry<NameRecord>, vpcId: string) {
  const { id } = zone.value;
  refuseWhileBusy(ctx, { namespaceId: id });
  const hostedZoneId = ctx.store.view(namespaces).get(namespaceKey(ctx, id))?.value.dns?.hostedZoneId;
  return hostedZoneFailure(
    `The VPC ${vpcId} in region ${ctx.region} has already been associated with the hosted zone ${hostedZoneId} with ` +
      "the same domain name.",
  );
}

function hostedZoneFailure(message: string): NonNullable<OperationRecord["failure"]> {
  return { code: "CANNOT_CREATE_HOSTED_ZONE", message };
}
