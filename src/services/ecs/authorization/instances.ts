import type { Operations } from "#generated/ecs/types.ts";
import { type AuthorizationScope, type AuthorizationTable, tagsOf } from "#kernel/authorization.ts";
import { ecsArn } from "../model.ts";
import { placeInCluster } from "../tasks/lookup.ts";
import { clusterOf, definitionArn, inCluster, nameOf, rolesOfRun, tagging } from "./parts.ts";

type InstanceOperations =
  | Extract<keyof Operations, `${string}ContainerInstance${string}` | `Submit${string}` | `${string}Attributes`>
  | "DiscoverPollEndpoint"
  | "StartTask"
  | "UpdateContainerAgent";

/** The entries of the operations of container instances, of their attributes and agents. */
export const instanceOperations: Pick<AuthorizationTable<Operations>, InstanceOperations> = {
  DeleteAttributes: {
    resources: (input, scope) => targetsOf(input, scope),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  DeregisterContainerInstance: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  DescribeContainerInstances: {
    resources: (input, scope) => input.containerInstances.map((text) => instanceOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  DiscoverPollEndpoint: {},
  ListAttributes: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  ListContainerInstances: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  PutAttributes: {
    resources: (input, scope) => targetsOf(input, scope),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  RegisterContainerInstance: {
    resources: ({ cluster }, scope) => [clusterOf(cluster, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    also: ({ cluster, tags }, scope) =>
      tagging("RegisterContainerInstance", instanceOf("*", cluster, scope), tagsOf(tags)),
  },
  StartTask: {
    resources: (input, scope) => [definitionArn(input.taskDefinition, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: (input, scope) => ({
      ...inCluster(input.cluster, scope),
      "ecs:container-instances": input.containerInstances.map((text) => instanceOf(text, input.cluster, scope)),
      "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    }),
    also: (input, scope) => [
      ...rolesOfRun(input.taskDefinition, input.overrides, scope),
      ...tagging(
        "StartTask",
        ecsArn(scope, `task/${nameOf(input.cluster, scope)}/*`),
        tagsOf(input.tags),
        inCluster(input.cluster, scope),
      ),
    ],
  },
  SubmitAttachmentStateChanges: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  SubmitContainerStateChange: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  SubmitTaskStateChange: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  UpdateContainerAgent: {
    resources: (input, scope) => [instanceOf(input.containerInstance, input.cluster, scope)],
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  UpdateContainerInstancesState: {
    resources: (input, scope) => input.containerInstances.map((text) => instanceOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
};

/** Container instances are named by their ids in the cluster, or by ARNs. */
export function instanceOf(instance: string, cluster: string | undefined, scope: AuthorizationScope): string {
  const found = placeInCluster(scope, "container-instance", instance);
  // Of another account, or nothing: there is none, whatever the operation makes of it.
  if (found === undefined) return instance;
  const { clusterName = nameOf(cluster, scope), name: id } = found;
  return ecsArn(scope, `container-instance/${clusterName}/${id}`);
}

interface WithAttributes {
  readonly cluster?: string;
  readonly attributes: readonly { readonly targetId?: string }[];
}

function targetsOf({ cluster, attributes }: WithAttributes, scope: AuthorizationScope): string[] {
  const targets = new Set(attributes.map(({ targetId }) => targetId ?? "*"));
  return [...targets].map((target) => instanceOf(target, cluster, scope));
}
