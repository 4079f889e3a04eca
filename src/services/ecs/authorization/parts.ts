import type { TaskOverride } from "#generated/ecs/types.ts";
import { type AuthorizationScope, type ConditionKeys, passRole, type Requirement } from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import {
  clusterArn,
  defaultClusterName,
  ecsArn,
  familyStatus,
  serviceArn,
  type TaskDefinitionRecord,
  taskDefinitionKey,
  taskDefinitions,
} from "../model.ts";
import { parseTaskDefinitionReference } from "../task-definition/reference.ts";
import { roleArnOf } from "../task-definition/roles.ts";
import { placeInCluster } from "../tasks/lookup.ts";

/* What the entries of several operations have in common: how requests name resources, and what goes with them. */

export function clusterOf(cluster: string | undefined, scope: AuthorizationScope): string {
  return cluster?.startsWith("arn:") ? cluster : clusterArn(scope, cluster || defaultClusterName);
}

export function inCluster(cluster: string | undefined, scope: AuthorizationScope): ConditionKeys {
  return { "ecs:cluster": clusterOf(cluster, scope) };
}

export function serviceOf(service: string, cluster: string | undefined, scope: AuthorizationScope): string {
  const found = placeInCluster(scope, "service", service);
  // Of another account, or nothing: the operation itself refuses it.
  if (found === undefined) return service;
  const { clusterName = nameOf(cluster, scope), name: serviceName } = found;
  return serviceArn({ ...scope, clusterName, serviceName });
}

export function nameOf(cluster: string | undefined, scope: AuthorizationScope): string {
  return clusterOf(cluster, scope).split("/").at(-1)!;
}

/** The revision that a reference means now; where there is none, any revision of the family. */
export function definitionArn(text: string, scope: AuthorizationScope): string {
  const found = definitionOf(text, scope);
  if (found !== undefined) return found.taskDefinitionArn;
  const reference = parseTaskDefinitionReference(text, scope);
  if (reference === undefined) return text.startsWith("arn:") ? text : ecsArn(scope, `task-definition/${text}`);
  const { family, revision = "*" } = reference;
  return ecsArn(scope, `task-definition/${family}:${revision}`);
}

export function definitionOf(text: string, scope: AuthorizationScope): TaskDefinitionRecord | undefined {
  const reference = parseTaskDefinitionReference(text, scope);
  if (reference === undefined) return undefined;
  const { family, revision } = reference;
  const view = scope.store.view(taskDefinitions);
  if (revision !== undefined) return view.get(taskDefinitionKey(scope, family, revision))?.value;
  return view.by("familyStatus", familyStatus(scope, family, "ACTIVE")).at(-1)?.value;
}

export function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

interface WithStrategy {
  readonly capacityProviderStrategy?: readonly { readonly capacityProvider?: string }[];
}

export function strategyOf(
  { capacityProviderStrategy }: WithStrategy,
  scope: AuthorizationScope,
): string[] | undefined {
  const names = capacityProviderStrategy?.flatMap(({ capacityProvider }) => capacityProvider ?? []);
  return providersOf(names, scope);
}

/** The ARNs of capacity providers, which are named by their names or ARNs. */
export function providersOf(names: readonly string[] | undefined, scope: AuthorizationScope): string[] | undefined {
  return names?.map((name) => (name.startsWith("arn:") ? name : ecsArn(scope, `capacity-provider/${name}`)));
}

const tasksService = "ecs-tasks.amazonaws.com";

/** A role is named by its ARN or, within the account, by its name. */
export function passedRoles(scope: AuthorizationScope, ...roles: readonly (string | undefined)[]): Requirement[] {
  const arns = roles.flatMap((role) => (role ? [roleArnOf(scope, role)] : []));
  return [...new Set(arns)].map((arn) => passRole(arn, tasksService));
}

export function rolesOfRun(
  text: string,
  overrides: TaskOverride | undefined,
  scope: AuthorizationScope,
): Requirement[] {
  const definition = definitionOf(text, scope);
  return passedRoles(
    scope,
    overrides?.taskRoleArn ?? definition?.taskRoleArn,
    overrides?.executionRoleArn ?? definition?.executionRoleArn,
  );
}

interface WithEcsRoles {
  readonly loadBalancers?: readonly { readonly advancedConfiguration?: { readonly roleArn?: string } }[];
  readonly deploymentConfiguration?: {
    readonly lifecycleHooks?: readonly { readonly roleArn?: string }[];
  };
  readonly serviceConnectConfiguration?: {
    readonly services?: readonly { readonly tls?: { readonly roleArn?: string } }[];
  };
}

/** Roles of lifecycle hooks, of the shift of traffic, and of Service Connect's TLS are passed to Amazon ECS itself. */
export function rolesOfEcs(input: WithEcsRoles): Requirement[] {
  const { deploymentConfiguration, loadBalancers, serviceConnectConfiguration } = input;
  const roles = [
    ...(deploymentConfiguration?.lifecycleHooks ?? []).flatMap(({ roleArn }) => roleArn ?? []),
    ...(loadBalancers ?? []).flatMap(({ advancedConfiguration }) => advancedConfiguration?.roleArn ?? []),
    ...(serviceConnectConfiguration?.services ?? []).flatMap(({ tls }) => tls?.roleArn ?? []),
  ];
  return [...new Set(roles)].map((arn) => passRole(arn, "ecs.amazonaws.com"));
}

/** Who tags what it makes must be allowed to tag, too. */
export function tagging(
  createAction: string,
  resource: string,
  requestTags: Tags,
  keys: ConditionKeys = {},
): Requirement[] {
  if (Object.keys(requestTags).length === 0) return [];
  const conditionKeys = { ...keys, "ecs:CreateAction": createAction };
  return [{ action: "ecs:TagResource", resource, requestTags, conditionKeys }];
}
