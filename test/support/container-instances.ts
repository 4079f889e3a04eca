import {
  type ContainerInstanceRecord,
  containerInstanceArn,
  containerInstanceKey,
} from "#services/ecs/model/container-instance.ts";
import type { TestWorld } from "./context.ts";

/** For tests: a container instance in the cluster `web`, of 1024 CPU units and 1024 MiB, as if it had registered. */
export async function putInstance(
  { store }: Pick<TestWorld, "store">,
  { id, zone, ...fields }: { readonly id: string; readonly zone: string } & Partial<ContainerInstanceRecord>,
): Promise<void> {
  const name = { account: "000000000000", region: "us-east-1", clusterName: "web", id };
  const attributes = [
    { name: "ecs.availability-zone", value: zone },
    { name: "com.amazonaws.ecs.capability.docker-remote-api.1.21" },
  ];
  const value: ContainerInstanceRecord = {
    ...name,
    containerInstanceArn: containerInstanceArn(name),
    ...{ hostId: `host-${id}`, launchType: "EC2", status: "ACTIVE", agentConnected: true, attributes },
    ...{ cpu: 1024, memoryMiB: 1024, reservedPorts: [{ port: 22, protocol: "tcp" }], registeredAt: 0, version: 1 },
    tags: [],
    ...fields,
  };
  const key = containerInstanceKey(name);
  await store.as("api").commit({ put: [{ key, value: { ...value, status: "ACTIVE" } }] });
  // It registers as ACTIVE, whatever it becomes.
  if (value.status !== "ACTIVE") await store.as("api").commit({ put: [{ key, value }] });
}
