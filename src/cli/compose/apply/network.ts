import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { type Client, textsOf, unless } from "../../client.ts";
import { CommandError } from "../../command.ts";
import type { PlannedNetwork, PlannedService } from "../model.ts";
import { chooseCidr, routedRanges } from "../plan/cidr.ts";
import { fingerprint, projectTag } from "../plan/names.ts";

/** The network of a project: a VPC of its own with one subnet, and a security group for each network of the file. */
export interface ProjectNetwork {
  readonly vpcId: string;
  readonly subnetId: string;
}

type Parameters = Readonly<Record<string, string>>;

/** Finds the project's VPC, or makes it; whatever of it is missing is made. */
export async function ensureNetwork(client: Client, project: string): Promise<ProjectNetwork> {
  const vpcId = (await findVpc(client, project)) ?? (await makeVpc(client, project));
  const [cidr] = textsOf(await client.ec2("DescribeVpcs", { "VpcId.1": vpcId }), "cidrBlock");
  const subnetId =
    (await findOne(client, "DescribeSubnets", { "vpc-id": vpcId }, "subnetId")) ??
    (await makeOne(client, "CreateSubnet", { VpcId: vpcId, CidrBlock: cidr!, ...tags("subnet", project) }, "subnetId"));
  await ensureWayOut(client, project, vpcId);
  return { vpcId, subnetId };
}

export async function findVpc(client: Client, project: string): Promise<string | undefined> {
  return findOne(client, "DescribeVpcs", { [`tag:${projectTag}`]: project }, "vpcId");
}

async function makeVpc(client: Client, project: string): Promise<string> {
  const here = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const taken = [
    ...textsOf(await client.ec2("DescribeVpcs", {}), "cidrBlock"),
    ...here.flatMap(({ cidr, family }) => (family === "IPv4" && cidr ? [cidr] : [])),
  ];
  const seed = Number.parseInt(fingerprint(project).slice(0, 8), 16);
  // VPCs of other platforms of this machine are no addresses of it, only routes. Where one covers everything, such as
  // that of a VPN, no range is better than another.
  const cidr = chooseCidr(seed, [...taken, ...(await routesHere())]) ?? chooseCidr(seed, taken);
  if (cidr === undefined) throw new CommandError("No address range is left for the project's network.");
  return makeOne(client, "CreateVpc", { CidrBlock: cidr, ...tags("vpc", project) }, "vpcId");
}

async function routesHere(): Promise<string[]> {
  // Another kernel than Linux tells its routes elsewhere; the platform is not on that machine either.
  if (process.platform !== "linux") return [];
  return routedRanges(await readFile("/proc/net/route", "utf8"));
}

/** Tasks reach the outside by an internet gateway, as in a default VPC. */
async function ensureWayOut(client: Client, project: string, vpcId: string): Promise<void> {
  let gateway = await findGateway(client, project);
  gateway ??= await makeOne(client, "CreateInternetGateway", tags("internet-gateway", project), "internetGatewayId");
  const parameters = { InternetGatewayId: gateway, VpcId: vpcId };
  await unless("Resource.AlreadyAssociated", client.ec2("AttachInternetGateway", parameters));
  const filter = { "vpc-id": vpcId, "association.main": "true" };
  const table = await findOne(client, "DescribeRouteTables", filter, "routeTableId");
  const route = { RouteTableId: table!, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway };
  await unless("RouteAlreadyExists", client.ec2("CreateRoute", route));
}

export function findGateway(client: Client, project: string): Promise<string | undefined> {
  return findOne(client, "DescribeInternetGateways", { [`tag:${projectTag}`]: project }, "internetGatewayId");
}

/** Network of the file -> its security group: who is in it is reached by all others in it. */
export async function ensureGroups(
  client: Client,
  project: string,
  vpcId: string,
  networks: readonly PlannedNetwork[],
): Promise<ReadonlyMap<string, string>> {
  const groups = new Map<string, string>();
  for (const { name, internal } of networks) {
    const id = await ensureGroup(client, project, vpcId, internal ? `internal-${name}` : `network-${name}`);
    groups.set(name, id);
    const all = { GroupId: id, "IpPermissions.1.IpProtocol": "-1" };
    const itself = { ...all, "IpPermissions.1.Groups.1.GroupId": id };
    const anywhere = { ...all, "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" };
    // Also of a group that is there: who made it may have been ended before its rules.
    await unless("InvalidPermission.Duplicate", client.ec2("AuthorizeSecurityGroupIngress", itself));
    if (!internal) continue;
    await unless("InvalidPermission.NotFound", client.ec2("RevokeSecurityGroupEgress", anywhere));
    await unless("InvalidPermission.Duplicate", client.ec2("AuthorizeSecurityGroupEgress", itself));
  }
  return groups;
}

/** The group that opens a service's published ports, to this machine above all; undefined when it has none. */
export async function ensurePortsGroup(
  client: Client,
  project: string,
  vpcId: string,
  { name, ports }: PlannedService,
): Promise<string | undefined> {
  if (ports.length === 0) return undefined;
  const open = [...new Set(ports.map(({ containerPort }) => containerPort))].sort((a, b) => a - b);
  // Other ports are another group, so that one that is no longer published is closed.
  const id = await ensureGroup(client, project, vpcId, `ports-${name}-${fingerprint(open).slice(0, 8)}`);
  for (const port of open) {
    const permission = {
      GroupId: id,
      "IpPermissions.1.IpProtocol": "tcp",
      "IpPermissions.1.FromPort": String(port),
      "IpPermissions.1.ToPort": String(port),
      "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
    };
    await unless("InvalidPermission.Duplicate", client.ec2("AuthorizeSecurityGroupIngress", permission));
  }
  return id;
}

async function ensureGroup(client: Client, project: string, vpcId: string, name: string): Promise<string> {
  const filter = { "vpc-id": vpcId, "group-name": name };
  const found = await findOne(client, "DescribeSecurityGroups", filter, "groupId");
  if (found !== undefined) return found;
  const input = { GroupName: name, GroupDescription: `Compose project ${project}`, VpcId: vpcId };
  return makeOne(client, "CreateSecurityGroup", { ...input, ...tags("security-group", project) }, "groupId");
}

function tags(resourceType: string, project: string): Parameters {
  return {
    "TagSpecification.1.ResourceType": resourceType,
    "TagSpecification.1.Tag.1.Key": projectTag,
    "TagSpecification.1.Tag.1.Value": project,
    "TagSpecification.1.Tag.2.Key": "Name",
    "TagSpecification.1.Tag.2.Value": `compose-${project}`,
  };
}

/** The ids of what these filters find. */
export async function findIds(
  client: Client,
  operation: string,
  filters: Parameters,
  element: string,
): Promise<string[]> {
  const parameters = Object.entries(filters).flatMap(([name, value], i) => [
    [`Filter.${i + 1}.Name`, name],
    [`Filter.${i + 1}.Value.1`, value],
  ]);
  return [...new Set(textsOf(await client.ec2(operation, Object.fromEntries(parameters)), element))];
}

async function findOne(client: Client, operation: string, filters: Parameters, element: string) {
  return (await findIds(client, operation, filters, element))[0];
}

async function makeOne(client: Client, operation: string, parameters: Parameters, element: string): Promise<string> {
  const [id] = textsOf(await client.ec2(operation, parameters), element);
  if (id === undefined) throw new CommandError(`${operation} gave no ${element}.`);
  return id;
}
