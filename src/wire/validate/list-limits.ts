import type { Member, Operation } from "../model.ts";
import { maxLength, minLength, type Violation } from "./constraints.ts";
import type { OwnWords } from "./rules.ts";

/** How many items a list may have where the API's model does not say it, and what the service says else. */
interface ListLimit {
  readonly least?: number;
  readonly most: number;
  /** Absent: as of a limit of the model. */
  readonly words?: OwnWords;
}

const limit = (most: number, code: string, message: string, least?: number): ListLimit => ({
  ...{ most, words: { code, message } },
  ...(least !== undefined && { least }),
});
const parameter = (most: number, message: string, least?: number) =>
  limit(most, "InvalidParameterException", message, least);
const items = (what: string, most: number) => parameter(most, `${what} can not contain more than ${most} items.`);
const collection = (member: string, most: number) =>
  limit(most, "InvalidParameterValue", `The collection ${member} must not have a size greater than ${most}.`);

const cloudtrail = { "ListTags.ResourceIdList": { most: 20 } };

/** There may be a hundred dashboards in a request; of rules and streams, as many as an account may have. */
const cloudwatch = {
  "DeleteDashboards.DashboardNames": collection("DashboardNames", 100),
  "DeleteInsightRules.RuleNames": collection("RuleNames", 100),
  "DisableInsightRules.RuleNames": collection("RuleNames", 100),
  "EnableInsightRules.RuleNames": collection("RuleNames", 100),
  "StartMetricStreams.Names": collection("Names", 100),
  "StopMetricStreams.Names": collection("Names", 100),
};

const resources = limit(1000, "InvalidParameterValue", "A request can name at most 1000 resources.");
const groups = limit(
  5,
  "SecurityGroupsPerInterfaceLimitExceeded",
  "The maximum number of security groups per interface has been reached.",
);
const ec2 = {
  "CreateNetworkInterface.Groups": groups,
  "CreateTags.Resources": resources,
  "CreateTags.Tags": limit(
    50,
    "TagLimitExceeded",
    "The maximum number of tags has been reached. Only 50 tags are allowed per resource.",
  ),
  "DeleteTags.Resources": resources,
  "DeleteTags.Tags": limit(1000, "InvalidParameterValue", "A request can name at most 1000 tags."),
  "ModifyNetworkInterfaceAttribute.Groups": groups,
  "ModifySecurityGroupRules.SecurityGroupRules": limit(
    60,
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
  ),
};

const loadBalancers = parameter(5, "load balancers can have a maximum of 5 items.");
/** AWS documents none for these two: more than anybody can use. */
const hooks = parameter(100, "lifecycleHooks can have a maximum of 100 items.");
const connected = parameter(1000, "serviceConnectConfiguration.services can have a maximum of 1000 items.");
const ecs = {
  "CreateService.deploymentConfiguration.lifecycleHooks": hooks,
  "CreateService.loadBalancers": loadBalancers,
  "CreateService.serviceConnectConfiguration.services": connected,
  "DeleteAttributes.attributes": items("Attributes", 10),
  "DeleteTaskDefinitions.taskDefinitions": parameter(10, "Specify between 1 and 10 task definitions.", 1),
  "DescribeCapacityProviders.capacityProviders": items("Capacity providers", 100),
  "DescribeClusters.clusters": parameter(100, "At most 100 clusters can be described at once."),
  "DescribeContainerInstances.containerInstances": items("Container instances", 100),
  "DescribeDaemonDeployments.daemonDeploymentArns": parameter(
    20,
    "Specify between 1 and 20 daemon-deployment ARNs.",
    1,
  ),
  "DescribeDaemonRevisions.daemonRevisionArns": parameter(20, "Specify between 1 and 20 daemon-revision ARNs.", 1),
  "DescribeServiceDeployments.serviceDeploymentArns": parameter(
    20,
    "serviceDeploymentArns must have between 1 and 20 items.",
    1,
  ),
  "DescribeServiceRevisions.serviceRevisionArns": parameter(
    20,
    "serviceRevisionArns must have between 1 and 20 items.",
    1,
  ),
  "DescribeServices.services": items("Services", 10),
  "DescribeTaskSets.taskSets": items("Task sets", 100),
  "DescribeTasks.tasks": items("Tasks", 100),
  "GetTaskProtection.tasks": items("Tasks", 100),
  "PutAttributes.attributes": items("Attributes", 10),
  "StartTask.containerInstances": items("Container instances", 10),
  "UpdateContainerInstancesState.containerInstances": items("Container instances", 10),
  "UpdateService.deploymentConfiguration.lifecycleHooks": hooks,
  "UpdateService.loadBalancers": loadBalancers,
  "UpdateService.serviceConnectConfiguration.services": connected,
  "UpdateTaskProtection.tasks": items("Tasks", 10),
};

const queried = parameter(50, "A query is of 1 to 50 log groups.", 1);
const logs = { "StartQuery.logGroupIdentifiers": queried, "StartQuery.logGroupNames": queried };

/** `Operation.Member`, or the path to it -> its limit, by the service: limits that AWS documents beside its models. */
export const listLimits: Readonly<Record<string, Readonly<Record<string, ListLimit>> | undefined>> = {
  cloudtrail,
  cloudwatch,
  ec2,
  ecs,
  elbv2: {
    "AddTags.ResourceArns": { most: 100 },
    "RemoveTags.ResourceArns": { most: 100 },
    "SetRulePriorities.RulePriorities": { most: 100 },
  },
  logs,
};

/** The first of the operation's lists that has too many items, or too few. */
export function beyondLimit(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): { readonly words: OwnWords | undefined; readonly violation: Violation } | undefined {
  for (const { path, least = 0, most, words } of limitsOf(operation)) {
    const list = listAt(input, path);
    if (list === undefined || (list.length >= least && list.length <= most)) continue;
    const member = memberAt(operation, path);
    const [kind, text] =
      list.length > most ? (["maxLength", maxLength(most)] as const) : (["minLength", minLength(least)] as const);
    return { words, violation: { kind, path, member, value: list, text } };
  }
  return undefined;
}

type PlacedLimit = ListLimit & { readonly path: readonly string[] };

const byOperation = new WeakMap<Operation, readonly PlacedLimit[]>();

function limitsOf(operation: Operation): readonly PlacedLimit[] {
  const known = byOperation.get(operation);
  if (known !== undefined) return known;
  const found = Object.entries(listLimits[operation.service.name] ?? {}).flatMap(([place, own]) => {
    const [name, ...path] = place.split(".");
    return name === operation.name ? [{ ...own, path }] : [];
  });
  byOperation.set(operation, found);
  return found;
}

function listAt(input: unknown, path: readonly string[]): readonly unknown[] | undefined {
  let value = input;
  for (const name of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return value as readonly unknown[] | undefined;
}

function memberAt(operation: Operation, path: readonly string[]): Member {
  let shape = operation.input;
  let found: Member | undefined;
  for (const name of path) {
    found = shape?.members.find((member) => member.name === name);
    shape = found?.shape;
  }
  if (found?.shape.type !== "list") throw new Error(`${operation.name} has no list ${path.join(".")}`);
  return found;
}
