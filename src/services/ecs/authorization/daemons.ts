import type {
  CreateDaemonRequest,
  Operations,
  RegisterDaemonTaskDefinitionRequest,
  UpdateDaemonRequest,
} from "#generated/ecs/types.ts";
import { type AuthorizationScope, type AuthorizationTable, type ConditionKeys, tagsOf } from "#kernel/authorization.ts";
import { findDaemonDefinition, parseDaemonDefinition } from "../daemons/lookup.ts";
import { daemonArn, ecsArn } from "../model.ts";
import { flag, inCluster, nameOf, passedRoles, providersOf, tagging } from "./parts.ts";

type DaemonOperations = Extract<keyof Operations, `${string}Daemon${string}`>;

/** The entries of the operations of daemons and of their task definitions. */
export const daemonOperations: Pick<AuthorizationTable<Operations>, DaemonOperations> = {
  CreateDaemon: {
    resources: (input, scope) => [daemonOf(input, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: daemonKeys,
    also: (input, scope) => [
      ...rolesOf(input.daemonTaskDefinitionArn, scope),
      ...tagging("CreateDaemon", daemonOf(input, scope), tagsOf(input.tags)),
    ],
  },
  DeleteDaemon: { resources: (input) => [input.daemonArn] },
  DeleteDaemonTaskDefinition: {
    resources: ({ daemonTaskDefinition }, scope) => [definitionArn(daemonTaskDefinition, scope)],
  },
  DescribeDaemon: { resources: (input) => [input.daemonArn] },
  DescribeDaemonDeployments: { resources: ({ daemonDeploymentArns }) => daemonDeploymentArns },
  DescribeDaemonRevisions: { resources: ({ daemonRevisionArns }) => daemonRevisionArns },
  DescribeDaemonTaskDefinition: {
    resources: ({ daemonTaskDefinition }, scope) => [definitionArn(daemonTaskDefinition, scope)],
  },
  ListDaemonDeployments: { resources: (input) => [input.daemonArn] },
  ListDaemonTaskDefinitions: {},
  ListDaemons: { conditionKeys: ({ clusterArn }, scope) => inCluster(clusterArn, scope) },
  RegisterDaemonTaskDefinition: {
    resources: ({ family }, scope) => [nextDefinition(family, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: definitionKeys,
    also: (input, scope) => [
      ...passedRoles(scope, input.taskRoleArn, input.executionRoleArn),
      ...tagging("RegisterDaemonTaskDefinition", nextDefinition(input.family, scope), tagsOf(input.tags)),
    ],
  },
  UpdateDaemon: {
    resources: (input) => [input.daemonArn],
    conditionKeys: daemonKeys,
    also: (input, scope) => rolesOf(input.daemonTaskDefinitionArn, scope),
  },
};

function daemonOf({ daemonName, clusterArn }: CreateDaemonRequest, scope: AuthorizationScope): string {
  return daemonArn(scope, nameOf(clusterArn, scope), daemonName);
}

function daemonKeys(input: CreateDaemonRequest | UpdateDaemonRequest, scope: AuthorizationScope): ConditionKeys {
  const definition = findDaemonDefinition(scope, input.daemonTaskDefinitionArn)?.value;
  return {
    "ecs:capacity-provider": providersOf(input.capacityProviderArns, scope),
    "ecs:daemon-task-definition": definitionArn(input.daemonTaskDefinitionArn, scope),
    "ecs:enable-ecs-managed-tags": flag(input.enableECSManagedTags),
    "ecs:enable-execute-command": flag(input.enableExecuteCommand),
    "ecs:propagate-tags": input.propagateTags,
    "ecs:task-cpu": definition?.cpu,
    "ecs:task-memory": definition?.memory,
  };
}

function rolesOf(named: string, scope: AuthorizationScope) {
  const definition = findDaemonDefinition(scope, named)?.value;
  return passedRoles(scope, definition?.taskRoleArn, definition?.executionRoleArn);
}

/** The revision that a reference means now; where there is none, any revision of the family. */
function definitionArn(text: string, scope: AuthorizationScope): string {
  const found = findDaemonDefinition(scope, text)?.value;
  if (found !== undefined) return found.daemonTaskDefinitionArn;
  const reference = parseDaemonDefinition(text, scope);
  if (reference === undefined) return text.startsWith("arn:") ? text : ecsArn(scope, `daemon-task-definition/${text}`);
  const { family, revision = "*" } = reference;
  return ecsArn(scope, `daemon-task-definition/${family}:${revision}`);
}

/** Its number is not known before it is made. */
function nextDefinition(family: string, scope: AuthorizationScope): string {
  return ecsArn(scope, `daemon-task-definition/${family}:*`);
}

function definitionKeys(input: RegisterDaemonTaskDefinitionRequest): ConditionKeys {
  const privileged = input.containerDefinitions.some((container) => container.privileged === true);
  return {
    "ecs:privileged": privileged ? "enabled" : "disabled",
    "ecs:task-cpu": input.cpu,
    "ecs:task-memory": input.memory,
  };
}
