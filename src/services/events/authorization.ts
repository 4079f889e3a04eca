import type { Operations } from "#generated/events/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  passRole,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { creatorKey, patternKeys, rulePlace, ruleWithArn } from "./condition-keys.ts";
import {
  apiDestinationArn,
  apiDestinationKey,
  apiDestinations,
  busArn,
  busIfAny,
  busReference,
  connectionArn,
  connectionKey,
  connections,
  eventsArn,
  ruleArn,
} from "./model.ts";
import { eventsPrincipal } from "./request/roles.ts";

interface NamesRule {
  readonly Name?: string;
  readonly Rule?: string;
  readonly EventBusName?: string;
}

const onRule: OperationAuthorization<NamesRule> = {
  resources: ({ Name, Rule, EventBusName }, scope) => [ruleOf(Name ?? Rule ?? "", EventBusName, scope)],
  conditionKeys: (_input, scope, resource) => creatorKey(resource, scope),
};
const onBus: OperationAuthorization<{ readonly Name?: string }> = {
  resources: ({ Name }, scope) => [busOf(Name, scope)],
};
const onNamedBus: OperationAuthorization<{ readonly EventBusName?: string }> = {
  resources: ({ EventBusName }, scope) => [busOf(EventBusName, scope)],
};
const onConnection: OperationAuthorization<{ readonly Name: string }> = {
  resources: ({ Name }, scope) => [connectionOf(Name, scope)],
};
const onDestination: OperationAuthorization<{ readonly Name: string }> = {
  resources: ({ Name }, scope) => [destinationOf(Name, scope)],
};
const onArn: OperationAuthorization<{ readonly ResourceARN: string }> = {
  resources: ({ ResourceARN }) => [ResourceARN],
  conditionKeys: (_input, scope, resource) => creatorKey(resource, scope),
};

/** "Actions, resources, and condition keys for Amazon EventBridge" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  CreateApiDestination: { resources: ({ Name }, scope) => [destinationOf(Name, scope)] },
  CreateConnection: onConnection,
  CreateEventBus: {
    ...onBus,
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: ({ Name, Tags }, scope) => tagging(busOf(Name, scope), Tags, scope),
  },
  DeauthorizeConnection: onConnection,
  DeleteApiDestination: onDestination,
  DeleteConnection: onConnection,
  DeleteEventBus: onBus,
  DeleteRule: onRule,
  DescribeApiDestination: onDestination,
  DescribeConnection: onConnection,
  DescribeEventBus: onBus,
  DescribeRule: onRule,
  DisableRule: onRule,
  EnableRule: onRule,
  ListApiDestinations: {},
  ListConnections: {},
  ListEventBuses: {},
  ListRuleNamesByTarget: {},
  ListRules: {},
  ListTagsForResource: onArn,
  ListTargetsByRule: onRule,
  PutEvents: {
    resources: ({ Entries }, scope) => [...new Set(Entries.map(({ EventBusName }) => busOf(EventBusName, scope)))],
    conditionKeys: ({ Entries }, scope, resource) => {
      const sent = Entries.filter(({ EventBusName }) => busOf(EventBusName, scope) === resource);
      return {
        "events:source": sent.flatMap(({ Source }) => Source ?? []),
        "events:detail-type": sent.flatMap(({ DetailType }) => DetailType ?? []),
        "events:eventBusInvocation": "false",
      };
    },
  },
  PutPermission: onNamedBus,
  PutRule: {
    ...onRule,
    conditionKeys: ({ EventPattern }, scope, resource) => ({
      ...creatorKey(resource, scope, scope.caller.account),
      ...patternKeys(EventPattern),
    }),
    requestTags: ({ Tags }) => tagsOf(Tags),
    also: (input, scope) => [
      ...tagging(ruleOf(input.Name, input.EventBusName, scope), input.Tags, scope),
      ...passed([input.RoleArn]),
    ],
  },
  PutTargets: {
    ...onRule,
    conditionKeys: ({ Targets }, scope, resource) => ({
      ...creatorKey(resource, scope),
      "events:TargetArn": Targets.map(({ Arn }) => Arn),
    }),
    also: ({ Targets }) => passed(Targets.map(({ RoleArn }) => RoleArn)),
  },
  RemovePermission: onNamedBus,
  RemoveTargets: onRule,
  TagResource: { ...onArn, requestTags: ({ Tags }) => tagsOf(Tags) },
  TestEventPattern: {},
  UntagResource: { ...onArn, tagKeys: ({ TagKeys }) => TagKeys },
  UpdateApiDestination: { resources: ({ Name }, scope) => [destinationOf(Name, scope)] },
  UpdateConnection: onConnection,
  UpdateEventBus: onBus,
};

export const authorization: ServiceAuthorization = {
  prefix: "events",
  operations,
  // It counts for the rules of the bus too: other accounts may be let manage those that they make.
  resourcePolicy: (text, scope) => busWithArn(busOfRule(text) ?? text, scope)?.policy,
  resourceTags(text, scope) {
    return (ruleWithArn(text, scope) ?? busWithArn(text, scope))?.tags;
  },
};

/** The ARN of the bus that a rule is on; undefined when the text is no rule's ARN. */
function busOfRule(text: string): string | undefined {
  const arn = parseArn(text);
  const place = arn === undefined ? undefined : rulePlace(arn);
  return place && busArn(arn!, place.busName);
}

function busWithArn(text: string, scope: AuthorizationScope) {
  const arn = parseArn(text);
  if (arn?.service !== "events" || !arn.resource.startsWith("event-bus/")) return undefined;
  return busIfAny(scope.store, arn, arn.resource.slice("event-bus/".length))?.bus;
}

function busOf(nameOrArn: string | undefined, scope: AuthorizationScope): string {
  const { name, ...world } = busReference(scope, nameOrArn);
  return busArn(world, name);
}

function ruleOf(name: string, bus: string | undefined, scope: AuthorizationScope): string {
  const { name: busName, ...world } = busReference(scope, bus);
  return ruleArn(world, busName, name);
}

/** What is not there could have any id. */
function connectionOf(name: string, scope: AuthorizationScope): string {
  const found = scope.store.view(connections).get(connectionKey(scope, name))?.value;
  return found === undefined ? eventsArn(scope, `connection/${name}/*`) : connectionArn(found);
}

function destinationOf(name: string, scope: AuthorizationScope): string {
  const found = scope.store.view(apiDestinations).get(apiDestinationKey(scope, name))?.value;
  return found === undefined ? eventsArn(scope, `api-destination/${name}/*`) : apiDestinationArn(found);
}

/** Whoever has EventBridge take on a role must be allowed to hand it over. */
function passed(roles: readonly (string | undefined)[]): readonly Requirement[] {
  const arns = new Set(roles.filter((role) => role !== undefined));
  return [...arns].map((role) => passRole(role, eventsPrincipal));
}

/** Of what is made with tags, by whom. */
function tagging(
  resource: string,
  tags: Parameters<typeof tagsOf>[0],
  scope: AuthorizationScope,
): readonly Requirement[] {
  if (!tags?.length) return [];
  const isRule = parseArn(resource)?.resource.startsWith("rule/");
  const conditionKeys = creatorKey(resource, scope, isRule ? scope.caller.account : undefined);
  return [{ action: "events:TagResource", resource, requestTags: tagsOf(tags), conditionKeys }];
}
