import type { Failure, ServiceRevision } from "#generated/ecs/types.ts";
import type { Store } from "#kernel/store.ts";
import { definitionOf } from "../controllers/service/placing.ts";
import { clusterArn } from "../model/cluster.ts";
import {
  type ServiceRevisionRecord,
  serviceArn,
  servicePath,
  serviceRevisionArn,
  serviceRevisionKey,
} from "../model/service.ts";
import { tasks } from "../model/task.ts";
import { partOfService } from "../services/deployment-lookup.ts";
import { networkOut } from "../services/output-parts.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeServiceRevisions: EcsHandler<"DescribeServiceRevisions"> = async (input, ctx) => {
  const found: ServiceRevision[] = [];
  const failures: Failure[] = [];
  for (const arn of new Set(input.serviceRevisionArns)) {
    const named = partOfService(ctx, "service-revision", arn);
    if (named === undefined) throw ctx.fault("InvalidParameterException", `Invalid service revision ARN: ${arn}.`);
    const { value } = await ctx.store.get(serviceRevisionKey(named.at, named.id));
    if (value === undefined) failures.push({ arn, reason: "MISSING" });
    else found.push(toServiceRevision(ctx.store, value));
  }
  return { serviceRevisions: found, failures };
};

function toServiceRevision(store: Store, revision: ServiceRevisionRecord): ServiceRevision {
  const { launchType, capacityProviderStrategy, platformVersion } = revision;
  return {
    serviceRevisionArn: serviceRevisionArn(revision, revision.id),
    serviceArn: serviceArn(revision),
    clusterArn: clusterArn(revision, revision.clusterName),
    taskDefinition: revision.taskDefinitionArn,
    ...(launchType && { launchType }),
    ...(capacityProviderStrategy && { capacityProviderStrategy }),
    ...(platformVersion && { platformVersion, platformFamily: "Linux" }),
    loadBalancers: revision.loadBalancers,
    serviceRegistries: revision.serviceRegistries,
    ...networkOut(revision.networkConfiguration),
    containerImages: imagesOf(store, revision),
    guardDutyEnabled: false,
    createdAt: revision.createdAt,
  };
}

/** The images of the task definition, with the digests that tasks of the revision have pulled. */
function imagesOf(store: Store, revision: ServiceRevisionRecord): ServiceRevision["containerImages"] {
  const own = store
    .view(tasks)
    .by("service", servicePath(revision))
    .map(({ value }) => value);
  const containers = own
    .filter(({ service }) => service!.revisionId === revision.id)
    .flatMap((task) => task.containers);
  return definitionOf(store, revision)?.containerDefinitions.map(({ name, image }) => {
    const imageDigest = containers.find((each) => each.name === name && each.imageDigest !== undefined)?.imageDigest;
    return { containerName: name, image, ...(imageDigest !== undefined && { imageDigest }) };
  });
}
