import type {
  CreateServiceRequest,
  Operations,
  RegisterTaskDefinitionRequest,
  RunTaskRequest,
  UpdateServiceRequest,
} from "#generated/ecs/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import { daemonOperations } from "./authorization/daemons.ts";
import { instanceOf, instanceOperations } from "./authorization/instances.ts";
import {
  clusterOf,
  definitionArn,
  definitionOf,
  flag,
  inCluster,
  nameOf,
  passedRoles,
  providersOf,
  rolesOfEcs,
  rolesOfRun,
  serviceOf,
  strategyOf,
  tagging,
} from "./authorization/parts.ts";
import { taskSetOperations } from "./authorization/task-sets.ts";
import { findDaemonDefinition } from "./daemons/lookup.ts";
import {
  clusterKey,
  clusters,
  containerInstances,
  defaultClusterName,
  ecsArn,
  instanceKeyOfArn,
  serviceKey,
  services,
  taskArn,
  taskDefinitionKey,
  taskDefinitions,
  taskKeyOfArn,
  taskSetKeyOfArn,
  taskSets,
  tasks,
} from "./model.ts";
import { placeInCluster } from "./tasks/lookup.ts";

/** "Actions, resources, and condition keys for Amazon Elastic Container Service" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  ...daemonOperations,
  ...taskSetOperations,
  ContinueServiceDeployment: { resources: ({ serviceDeploymentArn }) => [serviceDeploymentArn] },
  CreateCluster: {
    resources: ({ clusterName }, scope) => [clusterOf(clusterName, scope)],
    conditionKeys: ({ capacityProviders }, scope) => ({
      "ecs:capacity-provider": providersOf(capacityProviders, scope),
    }),
    requestTags: ({ tags }) => tagsOf(tags),
    also: (input, scope) => tagging("CreateCluster", clusterOf(input.clusterName, scope), tagsOf(input.tags)),
  },
  CreateService: {
    resources: (input, scope) => [serviceOf(input.serviceName, input.cluster, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: (input, scope) => serviceKeys(input, scope),
    also: (input, scope) => [
      ...(input.taskDefinition === undefined ? [] : rolesOfRun(input.taskDefinition, undefined, scope)),
      ...rolesOfEcs(input),
      ...tagging("CreateService", serviceOf(input.serviceName, input.cluster, scope), tagsOf(input.tags)),
    ],
  },
  DeleteAccountSetting: { conditionKeys: ({ name }) => ({ "ecs:account-setting": name }) },
  DeleteCluster: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  DeleteService: {
    resources: (input, scope) => [serviceOf(input.service, input.cluster, scope)],
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  DeleteTaskDefinitions: {
    resources: (input, scope) => input.taskDefinitions.map((text) => definitionArn(text, scope)),
  },
  ...instanceOperations,
  DeregisterTaskDefinition: {},
  DescribeCapacityProviders: {
    resources: ({ capacityProviders = [] }, scope) => providersOf(capacityProviders, scope) ?? [],
  },
  DescribeClusters: {
    resources: ({ clusters = [] }, scope) =>
      (clusters.length > 0 ? clusters : [defaultClusterName]).map((text) => clusterOf(text, scope)),
  },
  DescribeServiceDeployments: { resources: ({ serviceDeploymentArns }) => serviceDeploymentArns },
  DescribeServiceRevisions: { resources: ({ serviceRevisionArns }) => serviceRevisionArns },
  DescribeServices: {
    resources: (input, scope) => input.services.map((text) => serviceOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  DescribeTaskDefinition: {},
  DescribeTasks: {
    resources: (input, scope) => input.tasks.map((text) => taskOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  ExecuteCommand: {
    resources: (input, scope) => [clusterOf(input.cluster, scope), taskOf(input.task, input.cluster, scope)],
    conditionKeys: (input, scope) => ({ ...inCluster(input.cluster, scope), "ecs:container-name": input.container }),
  },
  GetTaskProtection: {
    resources: (input, scope) => (input.tasks ?? []).map((text) => taskOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  ListAccountSettings: {},
  ListClusters: {},
  ListServiceDeployments: {
    resources: (input, scope) => [serviceOf(input.service, input.cluster, scope)],
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  ListServicesByNamespace: { conditionKeys: ({ namespace }) => ({ "ecs:namespace": namespace }) },
  ListServices: { conditionKeys: (input, scope) => inCluster(input.cluster, scope) },
  ListTagsForResource: { resources: ({ resourceArn }) => [resourceArn] },
  ListTaskDefinitionFamilies: {},
  ListTaskDefinitions: {},
  ListTasks: {
    resources: ({ containerInstance, cluster }, scope) =>
      containerInstance === undefined ? [] : [instanceOf(containerInstance, cluster, scope)],
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  PutAccountSetting: { conditionKeys: ({ name }) => ({ "ecs:account-setting": name }) },
  PutAccountSettingDefault: { conditionKeys: ({ name }) => ({ "ecs:account-setting": name }) },
  PutClusterCapacityProviders: {
    resources: ({ cluster }, scope) => [clusterOf(cluster, scope)],
    conditionKeys: ({ capacityProviders }, scope) => ({
      "ecs:capacity-provider": providersOf(capacityProviders, scope),
    }),
  },
  RegisterTaskDefinition: {
    resources: ({ family }, scope) => [nextDefinition(family, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: (input) => definitionKeys(input),
    also: (input, scope) => [
      ...passedRoles(scope, input.taskRoleArn, input.executionRoleArn),
      ...tagging("RegisterTaskDefinition", nextDefinition(input.family, scope), tagsOf(input.tags)),
    ],
  },
  RunTask: {
    resources: (input, scope) => [definitionArn(input.taskDefinition, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: (input, scope) => runKeys(input, scope),
    also: (input, scope) => [
      ...rolesOfRun(input.taskDefinition, input.overrides, scope),
      ...tagging("RunTask", taskOf("*", input.cluster, scope), tagsOf(input.tags), inCluster(input.cluster, scope)),
    ],
  },
  StopServiceDeployment: { resources: ({ serviceDeploymentArn }) => [serviceDeploymentArn] },
  StopTask: {
    resources: (input, scope) => [taskOf(input.task, input.cluster, scope)],
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
  TagResource: { resources: ({ resourceArn }) => [resourceArn], requestTags: ({ tags }) => tagsOf(tags) },
  UntagResource: { resources: ({ resourceArn }) => [resourceArn], tagKeys: ({ tagKeys }) => tagKeys },
  UpdateCluster: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  UpdateClusterSettings: { resources: ({ cluster }, scope) => [clusterOf(cluster, scope)] },
  UpdateService: {
    resources: (input, scope) => [serviceOf(input.service, input.cluster, scope)],
    conditionKeys: (input, scope) => serviceKeys(input, scope),
    also: (input, scope) => [
      ...(input.taskDefinition === undefined ? [] : rolesOfRun(input.taskDefinition, undefined, scope)),
      ...rolesOfEcs(input),
    ],
  },
  UpdateTaskProtection: {
    resources: (input, scope) => input.tasks.map((text) => taskOf(text, input.cluster, scope)),
    conditionKeys: (input, scope) => inCluster(input.cluster, scope),
  },
};

export const ecsAuthorization: ServiceAuthorization = { prefix: "ecs", operations, resourceTags };

/** Tasks and container instances are named by their ids in the cluster, or by ARNs. */
function taskOf(task: string, cluster: string | undefined, scope: AuthorizationScope): string {
  const found = placeInCluster(scope, "task", task);
  // Of another account, or nothing: the operation itself refuses it.
  if (found === undefined) return task;
  const { clusterName = nameOf(cluster, scope), name: id } = found;
  return taskArn({ ...scope, clusterName, id });
}

/** Its number is not known before it is made. */
function nextDefinition(family: string, scope: AuthorizationScope): string {
  return ecsArn(scope, `task-definition/${family}:*`);
}

function definitionKeys(input: RegisterTaskDefinitionRequest): ConditionKeys {
  const privileged = input.containerDefinitions.some((container) => container.privileged === true);
  return {
    "ecs:compute-compatibility": input.requiresCompatibilities,
    "ecs:privileged": privileged ? "enabled" : "disabled",
    "ecs:task-cpu": input.cpu,
    "ecs:task-memory": input.memory,
  };
}

type ServiceInput = CreateServiceRequest | UpdateServiceRequest;

function serviceKeys(input: ServiceInput, scope: AuthorizationScope): ConditionKeys {
  const { awsvpcConfiguration: network } = input.networkConfiguration ?? {};
  return {
    ...inCluster(input.cluster, scope),
    "ecs:auto-assign-public-ip": network?.assignPublicIp,
    "ecs:capacity-provider": strategyOf(input, scope),
    "ecs:enable-ecs-managed-tags": flag(input.enableECSManagedTags),
    "ecs:enable-execute-command": flag(input.enableExecuteCommand),
    "ecs:enable-service-connect": flag(input.serviceConnectConfiguration?.enabled),
    "ecs:namespace": input.serviceConnectConfiguration?.namespace,
    "ecs:propagate-tags": input.propagateTags,
    "ecs:subnet": network?.subnets,
    "ecs:task-definition": input.taskDefinition && definitionArn(input.taskDefinition, scope),
  };
}

function runKeys(input: RunTaskRequest, scope: AuthorizationScope): ConditionKeys {
  const { awsvpcConfiguration: network } = input.networkConfiguration ?? {};
  return {
    ...inCluster(input.cluster, scope),
    "ecs:auto-assign-public-ip": network?.assignPublicIp,
    "ecs:capacity-provider": strategyOf(input, scope),
    "ecs:enable-ecs-managed-tags": String(input.enableECSManagedTags ?? false),
    "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    "ecs:propagate-tags": input.propagateTags,
    "ecs:subnet": network?.subnets,
    ...sizeKeys(input, scope),
  };
}

/** What the task is given: by the request, else by its definition. */
function sizeKeys({ taskDefinition, overrides }: RunTaskRequest, scope: AuthorizationScope): ConditionKeys {
  const definition = definitionOf(taskDefinition, scope);
  return {
    "ecs:task-cpu": overrides?.cpu ?? definition?.cpu,
    "ecs:task-memory": overrides?.memory ?? definition?.memory,
  };
}

function resourceTags(text: string, { store }: AuthorizationScope): Tags | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "ecs") return undefined;
  const world = { account: arn.account, region: arn.region };
  const [kind, name = "", ...path] = arn.resource.split("/");
  if (kind === "cluster" && path.length === 0) return asTags(store.view(clusters).get(clusterKey(world, name))?.value);
  if (kind === "service") {
    const [, clusterName = "", serviceName = "", ...rest] = arn.resource.split("/");
    if (rest.length > 0) return undefined;
    return asTags(store.view(services).get(serviceKey({ ...world, clusterName, serviceName }))?.value);
  }
  if (kind === "task") {
    const key = taskKeyOfArn(arn);
    return key && asTags(store.view(tasks).get(key)?.value);
  }
  if (kind === "container-instance" && path.length === 1) {
    return asTags(store.view(containerInstances).get(instanceKeyOfArn(world, text))?.value);
  }
  if (kind === "task-set") {
    const key = taskSetKeyOfArn(arn);
    return key && asTags(store.view(taskSets).get(key)?.value);
  }
  if (kind === "daemon-task-definition") return asTags(findDaemonDefinition({ store, ...world }, text)?.value);
  if (kind !== "task-definition") return undefined;
  const [family = "", revision = ""] = name.split(":");
  if (!/^\d+$/.test(revision)) return undefined;
  return asTags(store.view(taskDefinitions).get(taskDefinitionKey(world, family, Number(revision)))?.value);
}

function asTags(record: { readonly tags: Parameters<typeof tagsOf>[0] } | undefined): Tags | undefined {
  return record && tagsOf(record.tags);
}
