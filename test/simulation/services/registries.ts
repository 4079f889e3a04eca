import type { ServiceRegistry } from "#generated/ecs/types.ts";
import type { Operations } from "#generated/servicediscovery/types.ts";
import { createClient, untilAnswered } from "../ecs/client.ts";
import type { EcsPlane } from "../ecs/scenario.ts";
import type { Simulation } from "../simulate.ts";

export const zone = "example.local";

/** A service of Cloud Map with A records and one with SRV records, in the default VPC. */
export async function createRegistries(sim: Simulation<EcsPlane>): Promise<ServiceRegistry[]> {
  const client = createClient(sim);
  const sd = <Name extends keyof Operations>(name: Name, input: Operations[Name]["input"]) =>
    untilAnswered(sim, () => client.discovery(name, input));
  const described = await untilAnswered(sim, () => client.ec2("DescribeSubnets"));
  const Vpc = /<vpcId>([^<]*)</.exec(described)![1]!;
  const input = { Name: zone, Vpc, CreatorRequestId: "namespace" };
  const { OperationId } = await sd("CreatePrivateDnsNamespace", input);
  let operation = await sd("GetOperation", { OperationId: OperationId! });
  while (operation.Operation?.Status !== "SUCCESS") {
    await sim.sleep(100);
    operation = await sd("GetOperation", { OperationId: OperationId! });
  }
  const NamespaceId = operation.Operation.Targets!.NAMESPACE!;
  const create = async (Name: string, Type: "A" | "SRV") => {
    const DnsConfig = { DnsRecords: [{ Type, TTL: 10 }] };
    const fields = { Name, NamespaceId, DnsConfig, HealthCheckCustomConfig: {}, CreatorRequestId: Name };
    return (await sd("CreateService", fields)).Service!.Arn!;
  };
  return [{ registryArn: await create("a", "A") }, { registryArn: await create("srv", "SRV"), port: 80 }];
}
