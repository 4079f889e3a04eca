import type { RegisterContainerInstanceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import { checkAttribute, checkAttributeCount } from "../attributes/attributes.ts";
import { readInstance } from "../instances/lookup.ts";
import { toContainerInstance } from "../instances/output.ts";
import { chooseHost, offered, readIdentity } from "../instances/registration.ts";
import { attributeKey } from "../model/attribute.ts";
import {
  type ContainerInstanceRecord,
  changeInstance,
  containerInstanceArn,
  containerInstanceKey,
} from "../model/container-instance.ts";
import { type HostRecord, hosts } from "../model/host.ts";
import { newTags } from "../tags/tags.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/**
 * Makes a host of the platform, or a part of it, a container instance of a cluster. `account` is the one that the
 * machine belongs to: a task on a container instance may have any path and device of it, so no other account can.
 */
export function registerContainerInstance(parts: {
  readonly account: string;
}): EcsHandler<"RegisterContainerInstance"> {
  return async (input, ctx) => {
    if (ctx.account !== parts.account) {
      const message = `The hosts of this platform belong to the account ${parts.account}: it alone can register them.`;
      throw ctx.fault("AccessDeniedException", message);
    }
    checkSupported(ctx, input);
    const cluster = await requireCluster(ctx, input.cluster);
    const { clusterName } = cluster.value;
    const identity = readIdentity(input.instanceIdentityDocument, ctx.region);
    const host = chooseHost(
      [...ctx.store.view(hosts).all()].map(({ value }) => value),
      identity,
    );
    const zone = identity.availabilityZone ?? `${ctx.region}a`;
    if (input.containerInstanceArn !== undefined) return registerAgain(ctx, clusterName, input, host, zone);
    const { account, region } = ctx;
    const at = { account, region, clusterName, id: hex(ctx.random, 32) };
    const value: ContainerInstanceRecord = {
      ...at,
      containerInstanceArn: containerInstanceArn(at),
      ...{ launchType: "EC2", status: "ACTIVE" },
      ec2InstanceId: identity.instanceId ?? `i-${hex(ctx.random, 17)}`,
      ...ofHost(host),
      ...offered(input, host, zone),
      tags: newTags(input.tags),
      registeredAt: ctx.clock.now(),
      version: 1,
    };
    for (const attribute of input.attributes ?? []) checkAttribute(attribute);
    checkAttributeCount(
      [],
      (input.attributes ?? []).map(({ name }) => name),
    );
    const last = new Map((input.attributes ?? []).map((attribute) => [attribute.name, attribute]));
    const custom = [...last.values()].map(({ name, value: text }) => ({
      key: attributeKey(ctx, clusterName, at.id, name),
      value: {
        ...{ account, region, clusterName, containerInstanceId: at.id, targetId: value.containerInstanceArn },
        ...{ name, ...(text !== undefined && { value: text }) },
      },
    }));
    await ctx.store.commit({
      unchanged: [cluster],
      put: [{ key: containerInstanceKey(at), value }, ...custom],
    });
    return { containerInstance: toContainerInstance(ctx.store, value, { tags: true }) };
  };
}

/** An agent that has started again gives the ARN that it had: what it has to offer may have changed. */
async function registerAgain(
  ctx: RequestContext,
  clusterName: string,
  input: RegisterContainerInstanceRequest,
  host: HostRecord,
  zone: string,
) {
  const known = await readInstance(ctx, clusterName, input.containerInstanceArn!);
  if (known.value === undefined || known.value.status === "INACTIVE") {
    throw ctx.fault("ClientException", "The container instance to register again is not registered with the cluster.");
  }
  if (known.value.hostId !== host.registration.hostId) {
    throw ctx.fault("ClientException", "The container instance to register again is another host's.");
  }
  const value = changeInstance(known.value, { ...ofHost(host), ...offered(input, host, zone) });
  await ctx.store.commit({ unchanged: [known], put: [{ key: known.key, value }] });
  return { containerInstance: toContainerInstance(ctx.store, value, { tags: true }) };
}

function ofHost({ registration, agentConnected }: HostRecord) {
  const { hostId, agentVersion, runtime } = registration;
  return { hostId, agentConnected, agentVersion, engineVersion: runtime.split(" ").at(-1)! };
}

function checkSupported(
  ctx: RequestContext,
  { platformDevices, containerInstanceArn, attributes }: RegisterContainerInstanceRequest,
) {
  if (platformDevices !== undefined && platformDevices.length > 0) {
    throw ctx.fault(
      "InvalidParameterException",
      "platformDevices is not supported: GPUs can not be given to tasks here. Leave it out.",
    );
  }
  if (containerInstanceArn !== undefined && attributes !== undefined && attributes.length > 0) {
    throw ctx.fault("InvalidParameterException", "Change the attributes of a registered instance with PutAttributes.");
  }
}
