import { sleep, systemClock } from "#kernel/clock.ts";
import { type Client, unless } from "../../client.ts";
import { CommandError } from "../../command.ts";
import type { PlannedService } from "../model.ts";

/** Names of services in the project's VPC: a private namespace of Cloud Map. */

const ttlSeconds = 5;
const lookAgainMs = 30;

/** Finds the namespace of this VPC, or makes it. Resolves with its id. */
export async function ensureNamespace(client: Client, project: string, vpcId: string, domain: string): Promise<string> {
  const found = await findNamespace(client, project, domain);
  if (found !== undefined) return found;
  const description = descriptionOf(project);
  const { OperationId } = await client.discovery("CreatePrivateDnsNamespace", {
    ...{ Name: domain, Vpc: vpcId, Description: description, CreatorRequestId: `compose-${vpcId}` },
  });
  const targets = await operationDone(client, OperationId!);
  return targets.NAMESPACE!;
}

export async function findNamespace(client: Client, project: string, domain: string): Promise<string | undefined> {
  let NextToken: string | undefined;
  do {
    const page = await client.discovery("ListNamespaces", { ...(NextToken && { NextToken }) });
    const found = page.Namespaces?.find((one) => one.Name === domain && one.Description === descriptionOf(project));
    if (found !== undefined) return found.Id;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return undefined;
}

/** Namespaces of several projects have the same name, each in its VPC. */
function descriptionOf(project: string): string {
  return `Compose project ${project}`;
}

/** The registry of each service, by its name; and its further names, which lead to the first. */
export async function ensureNames(
  client: Client,
  namespaceId: string,
  domain: string,
  services: readonly PlannedService[],
): Promise<ReadonlyMap<string, string>> {
  const known = new Map(
    (await listServices(client, namespaceId)).map(({ Name, Id, Arn }) => [Name!, { id: Id!, arn: Arn! }]),
  );
  const registries = new Map<string, string>();
  for (const { name, aliases } of services) {
    const dns: Dns = { RoutingPolicy: "MULTIVALUE", DnsRecords: [{ Type: "A", TTL: ttlSeconds }] };
    const registry = known.get(name) ?? (await makeService(client, namespaceId, name, dns));
    registries.set(name, registry.arn);
    for (const alias of aliases) {
      const record: Dns = { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "CNAME", TTL: ttlSeconds }] };
      const { id } = known.get(alias) ?? (await makeService(client, namespaceId, alias, record));
      const { OperationId } = await client.discovery("RegisterInstance", {
        ...{ ServiceId: id, InstanceId: "alias", Attributes: { AWS_INSTANCE_CNAME: `${name}.${domain}` } },
      });
      await operationDone(client, OperationId!);
    }
  }
  return registries;
}

interface Dns {
  readonly RoutingPolicy: "MULTIVALUE" | "WEIGHTED";
  readonly DnsRecords: { Type: "A" | "CNAME"; TTL: number }[];
}

async function makeService(client: Client, NamespaceId: string, Name: string, DnsConfig: Dns) {
  // Unhealthy tasks are left out, which only records of addresses know.
  const health = DnsConfig.RoutingPolicy === "MULTIVALUE" && { HealthCheckCustomConfig: {} };
  const { Service } = await client.discovery("CreateService", { Name, NamespaceId, DnsConfig, ...health });
  return { id: Service!.Id!, arn: Service!.Arn! };
}

async function listServices(client: Client, namespaceId: string) {
  const services = [];
  let NextToken: string | undefined;
  do {
    const Filters = [{ Name: "NAMESPACE_ID" as const, Values: [namespaceId] }];
    const page = await client.discovery("ListServices", { Filters, ...(NextToken && { NextToken }) });
    services.push(...(page.Services ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return services;
}

/** Takes away the namespace with all its names. Tasks are gone from them by then. */
export async function removeNamespace(client: Client, namespaceId: string): Promise<void> {
  for (const { Id } of await listServices(client, namespaceId)) {
    const { Instances } = await client.discovery("ListInstances", { ServiceId: Id! });
    for (const instance of Instances ?? []) {
      const { OperationId } = await client.discovery("DeregisterInstance", {
        ServiceId: Id!,
        InstanceId: instance.Id!,
      });
      await operationDone(client, OperationId!);
    }
    await unless("ServiceNotFound", client.discovery("DeleteService", { Id: Id! }));
  }
  const { OperationId } = await client.discovery("DeleteNamespace", { Id: namespaceId });
  await operationDone(client, OperationId!);
}

async function operationDone(client: Client, OperationId: string): Promise<Readonly<Record<string, string>>> {
  for (;;) {
    const { Operation } = await client.discovery("GetOperation", { OperationId });
    if (Operation?.Status === "SUCCESS") return Operation.Targets ?? {};
    if (Operation?.Status === "FAIL") throw new CommandError(`${Operation.ErrorCode}: ${Operation.ErrorMessage}`);
    await sleep(systemClock({ keepAlive: true }), lookAgainMs);
  }
}
