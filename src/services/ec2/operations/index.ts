import type { Operations } from "#generated/ec2/types.ts";
import type { Handler, Handlers } from "#kernel/handler.ts";
import { ec2Handler } from "../request/handler.ts";
import { AllocateAddress } from "./allocate-address.ts";
import { AssociateRouteTable } from "./associate-route-table.ts";
import { AttachInternetGateway } from "./attach-internet-gateway.ts";
import { AuthorizeSecurityGroupEgress } from "./authorize-security-group-egress.ts";
import { AuthorizeSecurityGroupIngress } from "./authorize-security-group-ingress.ts";
import { CreateDefaultSubnet } from "./create-default-subnet.ts";
import { CreateDefaultVpc } from "./create-default-vpc.ts";
import { CreateInternetGateway } from "./create-internet-gateway.ts";
import { CreateNatGateway } from "./create-nat-gateway.ts";
import { CreateNetworkAcl } from "./create-network-acl.ts";
import { CreateNetworkAclEntry } from "./create-network-acl-entry.ts";
import { CreateNetworkInterface } from "./create-network-interface.ts";
import { CreateRoute } from "./create-route.ts";
import { CreateRouteTable } from "./create-route-table.ts";
import { CreateSecurityGroup } from "./create-security-group.ts";
import { CreateSubnet } from "./create-subnet.ts";
import { CreateTags } from "./create-tags.ts";
import { CreateVpc } from "./create-vpc.ts";
import { DeleteInternetGateway } from "./delete-internet-gateway.ts";
import { DeleteNatGateway } from "./delete-nat-gateway.ts";
import { DeleteNetworkAcl } from "./delete-network-acl.ts";
import { DeleteNetworkAclEntry } from "./delete-network-acl-entry.ts";
import { DeleteNetworkInterface } from "./delete-network-interface.ts";
import { DeleteRoute } from "./delete-route.ts";
import { DeleteRouteTable } from "./delete-route-table.ts";
import { DeleteSecurityGroup } from "./delete-security-group.ts";
import { DeleteSubnet } from "./delete-subnet.ts";
import { DeleteTags } from "./delete-tags.ts";
import { DeleteVpc } from "./delete-vpc.ts";
import { DescribeAccountAttributes } from "./describe-account-attributes.ts";
import { DescribeAddresses } from "./describe-addresses.ts";
import { DescribeAddressesAttribute } from "./describe-addresses-attribute.ts";
import { DescribeAvailabilityZones } from "./describe-availability-zones.ts";
import { DescribeDhcpOptions } from "./describe-dhcp-options.ts";
import { DescribeInternetGateways } from "./describe-internet-gateways.ts";
import { DescribeNatGateways } from "./describe-nat-gateways.ts";
import { DescribeNetworkAcls } from "./describe-network-acls.ts";
import { DescribeNetworkInterfaceAttribute } from "./describe-network-interface-attribute.ts";
import { DescribeNetworkInterfaces } from "./describe-network-interfaces.ts";
import { DescribePrefixLists } from "./describe-prefix-lists.ts";
import { DescribeRegions } from "./describe-regions.ts";
import { DescribeRouteTables } from "./describe-route-tables.ts";
import { DescribeSecurityGroupRules } from "./describe-security-group-rules.ts";
import { DescribeSecurityGroups } from "./describe-security-groups.ts";
import { DescribeStaleSecurityGroups } from "./describe-stale-security-groups.ts";
import { DescribeSubnets } from "./describe-subnets.ts";
import { DescribeTags } from "./describe-tags.ts";
import { DescribeVpcAttribute } from "./describe-vpc-attribute.ts";
import { DescribeVpcEndpoints } from "./describe-vpc-endpoints.ts";
import { DescribeVpcs } from "./describe-vpcs.ts";
import { DetachInternetGateway } from "./detach-internet-gateway.ts";
import { DisassociateAddress } from "./disassociate-address.ts";
import { DisassociateRouteTable } from "./disassociate-route-table.ts";
import { ModifyNetworkInterfaceAttribute } from "./modify-network-interface-attribute.ts";
import { ModifySecurityGroupRules } from "./modify-security-group-rules.ts";
import { ModifySubnetAttribute } from "./modify-subnet-attribute.ts";
import { ModifyVpcAttribute } from "./modify-vpc-attribute.ts";
import { ReleaseAddress } from "./release-address.ts";
import { ReplaceNetworkAclAssociation } from "./replace-network-acl-association.ts";
import { ReplaceNetworkAclEntry } from "./replace-network-acl-entry.ts";
import { ReplaceRoute } from "./replace-route.ts";
import { ReplaceRouteTableAssociation } from "./replace-route-table-association.ts";
import { ResetNetworkInterfaceAttribute } from "./reset-network-interface-attribute.ts";
import { RevokeSecurityGroupEgress } from "./revoke-security-group-egress.ts";
import { RevokeSecurityGroupIngress } from "./revoke-security-group-ingress.ts";
import { UpdateSecurityGroupRuleDescriptionsEgress } from "./update-security-group-rule-descriptions-egress.ts";
import { UpdateSecurityGroupRuleDescriptionsIngress } from "./update-security-group-rule-descriptions-ingress.ts";

const handlers = {
  AllocateAddress,
  AssociateRouteTable,
  AttachInternetGateway,
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  CreateDefaultSubnet,
  CreateDefaultVpc,
  CreateInternetGateway,
  CreateNatGateway,
  CreateNetworkInterface,
  CreateRoute,
  CreateRouteTable,
  CreateSecurityGroup,
  CreateSubnet,
  CreateTags,
  CreateVpc,
  DeleteInternetGateway,
  DeleteNatGateway,
  DeleteNetworkInterface,
  DeleteRoute,
  DeleteRouteTable,
  DeleteSecurityGroup,
  DeleteSubnet,
  DeleteTags,
  DeleteVpc,
  CreateNetworkAcl,
  CreateNetworkAclEntry,
  DeleteNetworkAcl,
  DeleteNetworkAclEntry,
  ReplaceNetworkAclAssociation,
  ReplaceNetworkAclEntry,
  DescribeAccountAttributes,
  DescribeAddresses,
  DescribeAddressesAttribute,
  DescribeAvailabilityZones,
  DescribeDhcpOptions,
  DescribeInternetGateways,
  DescribeNatGateways,
  DescribeNetworkAcls,
  DescribeNetworkInterfaceAttribute,
  DescribeNetworkInterfaces,
  DescribePrefixLists,
  DescribeRegions,
  DescribeRouteTables,
  DescribeSecurityGroupRules,
  DescribeSecurityGroups,
  DescribeStaleSecurityGroups,
  DescribeSubnets,
  DescribeTags,
  DescribeVpcAttribute,
  DescribeVpcEndpoints,
  DescribeVpcs,
  DetachInternetGateway,
  DisassociateAddress,
  DisassociateRouteTable,
  ModifyNetworkInterfaceAttribute,
  ModifySecurityGroupRules,
  ModifySubnetAttribute,
  ModifyVpcAttribute,
  ReleaseAddress,
  ReplaceRoute,
  ReplaceRouteTableAssociation,
  ResetNetworkInterfaceAttribute,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
  UpdateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress,
} satisfies Handlers<Operations>;

/** Every operation of EC2 that there is, each with what they have in common (see `ec2Handler`). */
export const operations = Object.fromEntries(
  Object.entries(handlers).map(([name, handler]) => [name, ec2Handler(handler as Handler<object>)]),
) as unknown as typeof handlers;
