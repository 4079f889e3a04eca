import { zoneAttribute } from "#placement/index.ts";
import type { HostRecord } from "../model/host.ts";

const prefix = "com.amazonaws.ecs.capability";

/** The versions of Docker's API that the agent speaks, as the ECS agent names them. */
const engineApis = Array.from({ length: 28 }, (_, i) => `${prefix}.docker-remote-api.1.${17 + i}`);

/**
 * What the platform's agent can do for tasks on container instances, in the names of the ECS agent: a task definition
 * requires some of them (`requiredAttributes`).
 */
export const agentCapabilities: readonly string[] = [
  ...engineApis,
  `${prefix}.ecr-auth`,
  `${prefix}.logging-driver.awslogs`,
  `${prefix}.logging-driver.json-file`,
  `${prefix}.privileged-container`,
  `${prefix}.task-iam-role`,
  `${prefix}.task-iam-role-network-host`,
  "ecs.capability.container-health-check",
  "ecs.capability.container-ordering",
  "ecs.capability.container-restart-policy",
  "ecs.capability.docker-volume-driver.local",
  "ecs.capability.execution-role-awslogs",
  "ecs.capability.execution-role-ecr-pull",
  "ecs.capability.network.container-port-range",
  "ecs.capability.pid-ipc-namespace-sharing",
  "ecs.capability.private-registry-authentication.secretsmanager",
  "ecs.capability.secrets.asm.environment-variables",
  "ecs.capability.secrets.ssm.environment-variables",
  "ecs.capability.task-eni",
];

/** The attributes that a container instance has from its agent. */
export function agentAttributes(
  { registration }: HostRecord,
  availabilityZone: string,
): { readonly name: string; readonly value?: string }[] {
  return [
    { name: zoneAttribute, value: availabilityZone },
    { name: "ecs.cpu-architecture", value: registration.architecture },
    { name: "ecs.os-type", value: "linux" },
    { name: "ecs.os-family", value: "LINUX" },
    ...agentCapabilities.map((name) => ({ name })),
  ];
}
