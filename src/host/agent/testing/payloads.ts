import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";

/** Payloads for tests: what a test does not say is as plain as can be. */

export const clusterArn = "arn:aws:ecs:us-east-1:000000000000:cluster/web";

export function container(name: string, more: Partial<ContainerPayload> = {}): ContainerPayload {
  return {
    name,
    image: "fake/run-forever",
    essential: true,
    cpu: 0,
    environment: [],
    secrets: [],
    mountPoints: [],
    volumesFrom: [],
    portMappings: [],
    dependsOn: [],
    ...more,
  };
}

export function payload(id: string, more: Partial<TaskPayload> = {}): TaskPayload {
  return {
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/web/${id}`,
    seqNum: 1,
    desiredStatus: "RUNNING",
    family: "app",
    revision: 3,
    clusterName: "web",
    launchType: "FARGATE",
    availabilityZone: "us-east-1a",
    createdAt: 0,
    tags: [],
    networkMode: "awsvpc",
    networkInterface: networkInterface(id),
    containers: [container("app")],
    volumes: [],
    enableExecuteCommand: false,
    cpuUnits: 256,
    memoryMiB: 512,
    ...more,
  };
}

/** A task without a network of the platform's. */
export function plainPayload(id: string, more: Partial<TaskPayload> = {}): TaskPayload {
  const { networkInterface: _none, ...rest } = payload(id, { networkMode: "none", ...more });
  return rest;
}

/** Those of tasks with different first letters have different addresses: `a` has 172.31.0.5. */
export function networkInterface(id: string): NonNullable<TaskPayload["networkInterface"]> {
  const last = (id.charCodeAt(0) - "a".charCodeAt(0) + 26) % 26;
  return {
    networkInterfaceId: `eni-${id}`,
    vpcId: "vpc-1",
    subnetId: "subnet-1",
    macAddress: `02:00:00:00:00:${String(last + 10)}`,
    privateIpv4Address: `172.31.0.${last + 5}`,
    subnetCidr: "172.31.0.0/20",
    privateDnsName: `ip-172-31-0-${last + 5}.ec2.internal`,
  };
}
