import { privateDomain } from "#kernel/private-names.ts";
import type { Client } from "../../client.ts";
import { ensureTaskRole } from "../../commands/execution-role.ts";
import { ensureLogGroup } from "../../commands/log-group.ts";
import type { PlannedService, Project } from "../model.ts";
import { logGroupOf } from "../plan/names.ts";
import { ensureNames, ensureNamespace } from "./names.ts";
import { ensureGroups, ensureNetwork, ensurePortsGroup } from "./network.ts";
import { ensureRole } from "./role.ts";
import { ensureSecrets } from "./secrets.ts";
import { ensureCluster } from "./services.ts";

/** What the services of a project stand on. */
export interface Foundation {
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  /** Secret -> its reference. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Service -> its registry. */
  readonly registries: ReadonlyMap<string, string>;
  readonly subnetId: string;
  /** Service -> its security groups. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export async function ensureFoundation(client: Client, project: Project, region: string): Promise<Foundation> {
  const { name, services } = project;
  await ensureCluster(client, name);
  await ensureLogGroup(client, logGroupOf(name));
  const { vpcId, subnetId } = await ensureNetwork(client, name);
  const networks = await ensureGroups(client, name, vpcId, project.networks);
  const domain = privateDomain(region);
  const namespaceId = await ensureNamespace(client, name, vpcId, domain);
  const registries = await ensureNames(client, namespaceId, domain, services);
  const secrets = await ensureSecrets(client, name, project.secrets);
  const executionRoleArn = await ensureRole(client, name, secrets.values());
  const taskRoleArn = await ensureTaskRole(client);
  const groups = new Map<string, readonly string[]>();
  for (const service of services) groups.set(service.name, await groupsOf(client, name, vpcId, networks, service));
  return { executionRoleArn, taskRoleArn, secrets, registries, subnetId, groups };
}

async function groupsOf(
  client: Client,
  project: string,
  vpcId: string,
  networks: ReadonlyMap<string, string>,
  service: PlannedService,
): Promise<string[]> {
  const ports = await ensurePortsGroup(client, project, vpcId, service);
  const own = service.networks.map((network) => networks.get(network)!);
  return ports === undefined ? own : [...own, ports];
}
