import type { Operations, TagSpecification } from "#generated/ec2/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type OperationAuthorization,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import { arnOf, type Resource, routeTables, securityGroupNameIndex, securityGroups, subnets } from "./model.ts";
import { type Kind, kinds } from "./request/kinds.ts";
import { defaultVpcOf } from "./rules/groups.ts";

const allKinds = Object.values(kinds) as unknown as readonly Kind<Resource>[];
const rulePrefix = "sgr";

/** Lists of everything: EC2 takes no resources for them. */
const listing: OperationAuthorization<unknown> = {};

/** An operation on resources that the input names by their ids; those that it leaves out are passed over. */
function on<Input>(idsOf: (input: Input) => readonly (string | undefined)[]): OperationAuthorization<Input> {
  return {
    resources: (input, scope) => idsOf(input).flatMap((id) => (id === undefined ? [] : [arnOfId(id, scope)])),
    conditionKeys: keysOf,
  };
}

interface WithTagSpecifications {
  readonly TagSpecifications?: readonly TagSpecification[];
  readonly VpcId?: string;
}

/** An operation that makes a resource of a type, from others that the input names. */
function making<Input extends WithTagSpecifications>(
  createAction: string,
  type: string,
  idsOf: (input: Input) => readonly (string | undefined)[] = () => [],
): OperationAuthorization<Input> {
  const others = on(idsOf);
  return {
    resources: (input, scope) => [arnOf(scope, type, "*"), ...others.resources!(input, scope)],
    requestTags: specifiedTags,
    conditionKeys: (input, scope, resource) => ({
      ...keysOf(input, scope, resource),
      ...(resource.endsWith("/*") && input.VpcId !== undefined && { "ec2:Vpc": arnOf(scope, "vpc", input.VpcId) }),
    }),
    also: (input, scope) => tagging(createAction, arnOf(scope, type, "*"), specifiedTags(input)),
  };
}

interface NamesGroup {
  readonly GroupId?: string;
  readonly GroupName?: string;
}

/** A group by its id, or by its name in the default VPC, which is no way around what a policy says of the group. */
const group: OperationAuthorization<NamesGroup> = {
  resources: ({ GroupId: id, GroupName: name }, scope) => {
    const named = id ?? (name === undefined ? undefined : (groupIdOf(name, scope) ?? "sg-*"));
    return named === undefined ? [] : [arnOfId(named, scope)];
  },
  conditionKeys: keysOf,
};

function groupIdOf(name: string, scope: AuthorizationScope): string | undefined {
  const vpcId = defaultVpcOf(scope)?.value.vpcId;
  const found = vpcId && scope.store.view(securityGroups).by("name", securityGroupNameIndex(vpcId, name))[0];
  return found ? found.value.groupId : undefined;
}

/** Rules of security groups that are tagged as they are made. */
function groupWithNewRules(createAction: string): OperationAuthorization<WithTagSpecifications & NamesGroup> {
  return {
    ...group,
    requestTags: specifiedTags,
    also: (input, scope) => tagging(createAction, arnOf(scope, "security-group-rule", "*"), specifiedTags(input)),
  };
}

/** "Actions, resources, and condition keys for Amazon EC2" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  AllocateAddress: making("AllocateAddress", "elastic-ip"),
  AssociateRouteTable: on(({ RouteTableId, SubnetId, GatewayId }) => [RouteTableId, SubnetId, GatewayId]),
  AttachInternetGateway: on(({ InternetGatewayId, VpcId }) => [InternetGatewayId, VpcId]),
  AuthorizeSecurityGroupEgress: groupWithNewRules("AuthorizeSecurityGroupEgress"),
  AuthorizeSecurityGroupIngress: groupWithNewRules("AuthorizeSecurityGroupIngress"),
  CreateDefaultSubnet: listing,
  CreateDefaultVpc: listing,
  CreateInternetGateway: making("CreateInternetGateway", "internet-gateway"),
  CreateNatGateway: making("CreateNatGateway", "natgateway", ({ SubnetId, AllocationId }) => [SubnetId, AllocationId]),
  CreateNetworkAcl: making("CreateNetworkAcl", "network-acl", ({ VpcId }) => [VpcId]),
  CreateNetworkAclEntry: on(({ NetworkAclId }) => [NetworkAclId]),
  CreateNetworkInterface: making("CreateNetworkInterface", "network-interface", ({ SubnetId, Groups = [] }) => [
    SubnetId,
    ...Groups,
  ]),
  CreateRoute: on(({ RouteTableId }) => [RouteTableId]),
  CreateRouteTable: making("CreateRouteTable", "route-table", ({ VpcId }) => [VpcId]),
  CreateSecurityGroup: making("CreateSecurityGroup", "security-group", ({ VpcId }) => [VpcId]),
  CreateSubnet: making("CreateSubnet", "subnet", ({ VpcId }) => [VpcId]),
  CreateTags: { ...on(({ Resources }) => Resources), requestTags: ({ Tags }) => tagsOf(Tags) },
  CreateVpc: making("CreateVpc", "vpc"),
  DeleteInternetGateway: on(({ InternetGatewayId }) => [InternetGatewayId]),
  DeleteNatGateway: on(({ NatGatewayId }) => [NatGatewayId]),
  DeleteNetworkAcl: on(({ NetworkAclId }) => [NetworkAclId]),
  DeleteNetworkAclEntry: on(({ NetworkAclId }) => [NetworkAclId]),
  DeleteNetworkInterface: on(({ NetworkInterfaceId }) => [NetworkInterfaceId]),
  DeleteRoute: on(({ RouteTableId }) => [RouteTableId]),
  DeleteRouteTable: on(({ RouteTableId }) => [RouteTableId]),
  DeleteSecurityGroup: group,
  DeleteSubnet: on(({ SubnetId }) => [SubnetId]),
  DeleteTags: {
    ...on(({ Resources }) => Resources),
    tagKeys: ({ Tags = [] }) => Tags.flatMap(({ Key }) => (Key === undefined ? [] : [Key])),
  },
  DeleteVpc: on(({ VpcId }) => [VpcId]),
  DescribeAccountAttributes: listing,
  DescribeAddresses: listing,
  DescribeAddressesAttribute: listing,
  DescribeAvailabilityZones: listing,
  DescribeDhcpOptions: listing,
  DescribeInternetGateways: listing,
  DescribeNatGateways: listing,
  DescribeNetworkAcls: listing,
  DescribeNetworkInterfaceAttribute: listing,
  DescribeNetworkInterfaces: listing,
  DescribePrefixLists: listing,
  DescribeRegions: listing,
  DescribeRouteTables: listing,
  DescribeSecurityGroupRules: listing,
  DescribeSecurityGroups: listing,
  DescribeStaleSecurityGroups: listing,
  DescribeSubnets: listing,
  DescribeTags: listing,
  DescribeVpcAttribute: on(({ VpcId }) => [VpcId]),
  DescribeVpcEndpoints: listing,
  DescribeVpcs: listing,
  DetachInternetGateway: on(({ InternetGatewayId, VpcId }) => [InternetGatewayId, VpcId]),
  DisassociateAddress: { resources: (_input, scope) => [arnOf(scope, "elastic-ip", "*")], conditionKeys: keysOf },
  DisassociateRouteTable: associated(({ AssociationId }) => AssociationId),
  ModifyNetworkInterfaceAttribute: on(({ NetworkInterfaceId, Groups = [] }) => [NetworkInterfaceId, ...Groups]),
  ModifySecurityGroupRules: on(({ GroupId, SecurityGroupRules }) => [
    GroupId,
    ...SecurityGroupRules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId),
  ]),
  ModifySubnetAttribute: on(({ SubnetId }) => [SubnetId]),
  ModifyVpcAttribute: on(({ VpcId }) => [VpcId]),
  ReleaseAddress: on(({ AllocationId }) => [AllocationId ?? "eipalloc-*"]),
  ReplaceNetworkAclAssociation: {
    resources: ({ AssociationId, NetworkAclId }, scope) => [
      arnOf(scope, "subnet", subnetOfAcl(AssociationId, scope)),
      arnOf(scope, "network-acl", NetworkAclId),
    ],
    conditionKeys: keysOf,
  },
  ReplaceNetworkAclEntry: on(({ NetworkAclId }) => [NetworkAclId]),
  ReplaceRoute: on(({ RouteTableId }) => [RouteTableId]),
  ReplaceRouteTableAssociation: associated(({ AssociationId }) => AssociationId),
  ResetNetworkInterfaceAttribute: on(({ NetworkInterfaceId }) => [NetworkInterfaceId]),
  RevokeSecurityGroupEgress: group,
  RevokeSecurityGroupIngress: group,
  UpdateSecurityGroupRuleDescriptionsEgress: group,
  UpdateSecurityGroupRuleDescriptionsIngress: group,
};

export const ec2Authorization: ServiceAuthorization = { prefix: "ec2", operations, resourceTags };

/** The route table of an association, and the one that is to take its place. */
function associated<Input extends { readonly AssociationId: string; readonly RouteTableId?: string }>(
  idOf: (input: Input) => string,
): OperationAuthorization<Input> {
  return {
    resources: (input, scope) => {
      const table = scope.store.view(routeTables).by("association", idOf(input))[0]?.value;
      const own = table?.account === scope.account && table.region === scope.region ? table.routeTableId : "*";
      const wanted = input.RouteTableId === undefined ? [] : [input.RouteTableId];
      return [own, ...wanted].map((id) => arnOf(scope, "route-table", id));
    },
    conditionKeys: keysOf,
  };
}

/** The subnet of an association with a network ACL. */
function subnetOfAcl(associationId: string, scope: AuthorizationScope): string {
  const subnet = scope.store.view(subnets).by("acl-association", associationId)[0]?.value;
  return subnet?.account === scope.account && subnet.region === scope.region ? subnet.subnetId : "*";
}

/** The ARN of a resource by its id, whose prefix tells its type. */
function arnOfId(id: string, scope: AuthorizationScope): string {
  const prefix = id.slice(0, Math.max(0, id.lastIndexOf("-")));
  const bare = id.endsWith("-*") ? "*" : id;
  if (prefix === rulePrefix) return arnOf(scope, "security-group-rule", bare);
  return arnOf(scope, allKinds.find((kind) => kind.prefix === prefix)?.type ?? "*", bare);
}

function recordOf(text: string, { store }: AuthorizationScope): (Resource & RecordParts) | undefined {
  const arn = parseArn(text);
  const [type, id = ""] = arn?.resource.split("/") ?? [];
  const kind = allKinds.find((candidate) => candidate.type === type);
  if (arn === undefined || kind === undefined) return undefined;
  return store.view(kind.collection).get(kind.key({ account: arn.account, region: arn.region }, id))?.value;
}

interface RecordParts {
  readonly vpcId?: string;
  readonly subnetId?: string;
  readonly availabilityZone?: string;
}

/** What EC2's condition keys say of a resource. */
function keysOf(_input: unknown, scope: AuthorizationScope, resource: string): ConditionKeys {
  const record = recordOf(resource, scope);
  const id = resource.slice(resource.lastIndexOf("/") + 1);
  return {
    ...idKey(id),
    "ec2:Vpc": record?.vpcId && arnOf(scope, "vpc", record.vpcId),
    "ec2:Subnet": record?.subnetId && arnOf(scope, "subnet", record.subnetId),
    "ec2:AvailabilityZone": record?.availabilityZone,
  };
}

/** `ec2:VpcID` and its like. */
function idKey(id: string): ConditionKeys {
  const key = idKeys[id.slice(0, id.indexOf("-"))];
  return key === undefined ? {} : { [key]: id };
}

const idKeys: Readonly<Record<string, string>> = {
  vpc: "ec2:VpcID",
  subnet: "ec2:SubnetID",
  sg: "ec2:SecurityGroupID",
  rtb: "ec2:RouteTableID",
  igw: "ec2:InternetGatewayID",
  eni: "ec2:NetworkInterfaceID",
  eipalloc: "ec2:AllocationId",
};

function specifiedTags({ TagSpecifications: specifications = [] }: WithTagSpecifications): Tags {
  return tagsOf(specifications.flatMap(({ Tags = [] }) => Tags));
}

function tagging(createAction: string, resource: string, requestTags: Tags): Requirement[] {
  if (Object.keys(requestTags).length === 0) return [];
  return [{ action: "ec2:CreateTags", resource, requestTags, conditionKeys: { "ec2:CreateAction": createAction } }];
}

function resourceTags(text: string, scope: AuthorizationScope): Tags | undefined {
  const [, ruleId] = /security-group-rule\/(sgr-\w+)$/.exec(text) ?? [];
  if (ruleId === undefined) return tagsOf(recordOf(text, scope)?.tags);
  const rules = scope.store.view(securityGroups).by("rule", ruleId)[0]?.value.rules;
  return tagsOf(rules?.find(({ securityGroupRuleId }) => securityGroupRuleId === ruleId)?.tags);
}
