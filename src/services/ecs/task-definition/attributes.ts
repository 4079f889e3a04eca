import type { ContainerDefinitionRecord, TaskDefinitionRecord } from "../model/task-definition.ts";
import type { Registered } from "./normalize.ts";

type Need<T> = readonly [attribute: string, needed: (value: T, definition: Registered) => boolean];

const prefix = "com.amazonaws.ecs.capability";

/** Docker's API version that a setting of a container came with ("Container definitions" of the API reference). */
const containerNeeds: readonly Need<ContainerDefinitionRecord>[] = [
  [
    `${prefix}.docker-remote-api.1.18`,
    ({ dockerLabels, ulimits, logConfiguration }) => !!(dockerLabels ?? ulimits ?? logConfiguration),
  ],
  [`${prefix}.docker-remote-api.1.19`, ({ logConfiguration }) => logConfiguration?.logDriver === "awslogs"],
  [`${prefix}.docker-remote-api.1.21`, ({ memoryReservation }) => memoryReservation !== undefined],
  [
    `${prefix}.docker-remote-api.1.22`,
    ({ linuxParameters }) => !!(linuxParameters?.tmpfs ?? linuxParameters?.sharedMemorySize),
  ],
  [`${prefix}.docker-remote-api.1.24`, ({ healthCheck }) => healthCheck !== undefined],
  [`${prefix}.docker-remote-api.1.25`, ({ linuxParameters }) => linuxParameters?.initProcessEnabled === true],
  [`${prefix}.privileged-container`, ({ privileged }) => privileged === true],
  [`${prefix}.logging-driver.awslogs`, ({ logConfiguration }) => logConfiguration?.logDriver === "awslogs"],
  [`${prefix}.logging-driver.json-file`, ({ logConfiguration }) => logConfiguration?.logDriver === "json-file"],
  [
    "ecs.capability.execution-role-awslogs",
    ({ logConfiguration }, { executionRoleArn }) => logConfiguration?.logDriver === "awslogs" && !!executionRoleArn,
  ],
  [`${prefix}.ecr-auth`, ({ image }) => isEcr(image)],
  ["ecs.capability.execution-role-ecr-pull", ({ image }, { executionRoleArn }) => isEcr(image) && !!executionRoleArn],
  [
    "ecs.capability.private-registry-authentication.secretsmanager",
    ({ repositoryCredentials }) => repositoryCredentials !== undefined,
  ],
  ["ecs.capability.secrets.asm.environment-variables", ({ secrets = [] }) => secrets.some(isInSecretsManager)],
  [
    "ecs.capability.secrets.ssm.environment-variables",
    ({ secrets = [] }) => secrets.some((secret) => !isInSecretsManager(secret)),
  ],
  ["ecs.capability.container-health-check", ({ healthCheck }) => healthCheck !== undefined],
  ["ecs.capability.container-ordering", ({ dependsOn = [] }) => dependsOn.length > 0],
  ["ecs.capability.container-restart-policy", ({ restartPolicy }) => restartPolicy?.enabled === true],
  [
    "ecs.capability.network.container-port-range",
    ({ portMappings }) => portMappings.some((port) => port.containerPortRange !== undefined),
  ],
];

const taskNeeds: readonly Need<Registered>[] = [
  ["ecs.capability.task-eni", ({ networkMode }) => networkMode === "awsvpc"],
  [`${prefix}.task-iam-role`, ({ taskRoleArn, networkMode }) => !!taskRoleArn && networkMode !== "host"],
  [`${prefix}.task-iam-role-network-host`, ({ taskRoleArn, networkMode }) => !!taskRoleArn && networkMode === "host"],
  ["ecs.capability.pid-ipc-namespace-sharing", ({ pidMode, ipcMode }) => !!(pidMode ?? ipcMode)],
];

/** The attributes that a container instance must have to run it, as the ECS agent names them. */
export function requiredAttributes(definition: Registered): TaskDefinitionRecord["requiresAttributes"] {
  const names = [
    ...containerNeeds
      .filter(([, needed]) => definition.containerDefinitions.some((container) => needed(container, definition)))
      .map(([name]) => name),
    ...taskNeeds.filter(([, needed]) => needed(definition, definition)).map(([name]) => name),
    ...definition.volumes.flatMap(({ dockerVolumeConfiguration: docker }) =>
      docker === undefined ? [] : [`ecs.capability.docker-volume-driver.${docker.driver ?? "local"}`],
    ),
  ];
  return [...new Set(names)].map((name) => ({ name }));
}

function isEcr(image: string): boolean {
  return /^\d{12}\.dkr[.-]ecr[.-]/.test(image);
}

function isInSecretsManager(secret: { readonly valueFrom: string }): boolean {
  return secret.valueFrom.split(":")[2] === "secretsmanager";
}
