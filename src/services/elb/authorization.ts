import type { Operations, Tag } from "#generated/elbv2/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { elbArn } from "./model.ts";
import { listenerIfAny, loadBalancerIfAny, ruleIfAny, targetGroupIfAny } from "./request/find.ts";

type Scope = AuthorizationScope;

const onLoadBalancer = {
  resources: ({ LoadBalancerArn }: { readonly LoadBalancerArn: string }) => [LoadBalancerArn],
};
const onListener = { resources: ({ ListenerArn }: { readonly ListenerArn: string }) => [ListenerArn] };
const onRule = { resources: ({ RuleArn }: { readonly RuleArn: string }) => [RuleArn] };
const onGroup = { resources: ({ TargetGroupArn }: { readonly TargetGroupArn: string }) => [TargetGroupArn] };
const onTrustStore = { resources: ({ TrustStoreArn }: { readonly TrustStoreArn: string }) => [TrustStoreArn] };
/** Lists: Elastic Load Balancing takes no resources for them. */
const listing: OperationAuthorization<unknown> = {};

interface ListenerInput {
  readonly Protocol?: string;
  readonly SslPolicy?: string;
}
const listenerKeys = ({ Protocol, SslPolicy }: ListenerInput) => ({
  "elasticloadbalancing:ListenerProtocol": Protocol,
  "elasticloadbalancing:SecurityPolicy": SslPolicy,
});
const requestTags = ({ Tags }: { readonly Tags?: readonly Tag[] }) => tagsOf(Tags);

/** What a request that makes a resource with tags needs besides: it tags it. */
function tagging(createAction: string, resourceOf: (input: never, scope: Scope) => string) {
  return (input: { readonly Tags?: readonly Tag[] }, scope: Scope): Requirement[] =>
    input.Tags === undefined
      ? []
      : [
          {
            action: "elasticloadbalancing:AddTags",
            resource: resourceOf(input as never, scope),
            conditionKeys: { "elasticloadbalancing:CreateAction": createAction },
            requestTags: tagsOf(input.Tags),
          },
        ];
}

type NewLoadBalancer = Operations["CreateLoadBalancer"]["input"];
const newLoadBalancer = ({ Name, Type }: Pick<NewLoadBalancer, "Name" | "Type">, scope: Scope) =>
  elbArn(
    scope,
    `loadbalancer/${{ network: "net", gateway: "gwy", application: "app" }[Type ?? "application"]}/${Name}/*`,
  );
const newGroup = ({ Name }: { readonly Name: string }, scope: Scope) => elbArn(scope, `targetgroup/${Name}/*`);
const newTrustStore = ({ Name }: { readonly Name: string }, scope: Scope) => elbArn(scope, `truststore/${Name}/*`);
const newListener = ({ LoadBalancerArn: arn }: { readonly LoadBalancerArn: string }) =>
  `${arn.replace(":loadbalancer/", ":listener/")}/*`;
const newRule = ({ ListenerArn: arn }: { readonly ListenerArn: string }) =>
  `${arn.replace(":listener/", ":listener-rule/")}/*`;

const subnetsIn = ({ Subnets, SubnetMappings }: Pick<NewLoadBalancer, "Subnets" | "SubnetMappings">) => [
  ...(Subnets ?? []),
  ...(SubnetMappings ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
];

/** "Actions, resources, and condition keys for AWS Elastic Load Balancing V2" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  AddListenerCertificates: onListener,
  AddTags: { resources: ({ ResourceArns }) => ResourceArns, requestTags },
  AddTrustStoreRevocations: onTrustStore,
  CreateListener: {
    ...onLoadBalancer,
    conditionKeys: listenerKeys,
    requestTags,
    also: tagging("CreateListener", newListener),
  },
  CreateLoadBalancer: {
    resources: (input, scope) => [newLoadBalancer(input, scope)],
    conditionKeys: (input) => ({
      "elasticloadbalancing:Scheme": input.Scheme ?? "internet-facing",
      "elasticloadbalancing:SecurityGroup": input.SecurityGroups ?? [],
      "elasticloadbalancing:Subnet": subnetsIn(input),
    }),
    requestTags,
    also: tagging("CreateLoadBalancer", newLoadBalancer),
  },
  CreateRule: { ...onListener, requestTags, also: tagging("CreateRule", newRule) },
  CreateTargetGroup: {
    resources: (input, scope) => [newGroup(input, scope)],
    requestTags,
    also: tagging("CreateTargetGroup", newGroup),
  },
  CreateTrustStore: {
    resources: (input, scope) => [newTrustStore(input, scope)],
    requestTags,
    also: tagging("CreateTrustStore", newTrustStore),
  },
  DeleteListener: onListener,
  DeleteLoadBalancer: onLoadBalancer,
  DeleteRule: onRule,
  DeleteSharedTrustStoreAssociation: onTrustStore,
  DeleteTargetGroup: onGroup,
  DeleteTrustStore: onTrustStore,
  DeregisterTargets: onGroup,
  DescribeAccountLimits: listing,
  DescribeCapacityReservation: listing,
  DescribeListenerAttributes: listing,
  DescribeListenerCertificates: listing,
  DescribeListeners: listing,
  DescribeLoadBalancerAttributes: listing,
  DescribeLoadBalancers: listing,
  DescribeRules: listing,
  DescribeSSLPolicies: listing,
  DescribeTags: listing,
  DescribeTargetGroupAttributes: listing,
  DescribeTargetGroups: listing,
  DescribeTargetHealth: listing,
  DescribeTrustStoreAssociations: listing,
  DescribeTrustStoreRevocations: listing,
  DescribeTrustStores: listing,
  GetResourcePolicy: { resources: ({ ResourceArn }) => [ResourceArn] },
  GetTrustStoreCaCertificatesBundle: onTrustStore,
  GetTrustStoreRevocationContent: onTrustStore,
  ModifyCapacityReservation: onLoadBalancer,
  ModifyIpPools: onLoadBalancer,
  ModifyListener: { ...onListener, conditionKeys: listenerKeys },
  ModifyListenerAttributes: onListener,
  ModifyLoadBalancerAttributes: onLoadBalancer,
  ModifyRule: onRule,
  ModifyTargetGroup: onGroup,
  ModifyTargetGroupAttributes: onGroup,
  ModifyTrustStore: onTrustStore,
  RegisterTargets: onGroup,
  RemoveListenerCertificates: onListener,
  RemoveTags: { resources: ({ ResourceArns }) => ResourceArns, tagKeys: ({ TagKeys }) => TagKeys },
  RemoveTrustStoreRevocations: onTrustStore,
  SetIpAddressType: onLoadBalancer,
  SetRulePriorities: {
    resources: ({ RulePriorities }) => RulePriorities.flatMap(({ RuleArn }) => RuleArn ?? []),
  },
  SetSecurityGroups: {
    ...onLoadBalancer,
    conditionKeys: ({ SecurityGroups }) => ({ "elasticloadbalancing:SecurityGroup": SecurityGroups }),
  },
  SetSubnets: {
    ...onLoadBalancer,
    conditionKeys: (input) => ({ "elasticloadbalancing:Subnet": subnetsIn(input) }),
  },
};

export const authorization: ServiceAuthorization = {
  prefix: "elasticloadbalancing",
  operations,
  resourceTags: (arn, scope) =>
    (
      loadBalancerIfAny(scope, arn) ??
      listenerIfAny(scope, arn) ??
      ruleIfAny(scope, arn)?.rule ??
      targetGroupIfAny(scope, arn)
    )?.value.tags,
};
