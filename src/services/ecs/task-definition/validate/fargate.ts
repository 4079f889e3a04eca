import type { ContainerDefinition, LinuxParameters } from "#generated/ecs/types.ts";
import { isFargateSize, parseCpu, parseMemory } from "../size.ts";
import { eachContainer, listed, type Rule } from "./rule.ts";

const maxTimeoutSeconds = 120;
const logDrivers = ["awslogs", "splunk", "awsfirelens"];

const networkMode: Rule = function* ({ networkMode }) {
  if (networkMode !== "awsvpc") yield "Fargate only supports network mode ‘awsvpc’.";
};

export const fargateSize: Rule = function* ({ cpu, memory }) {
  if (cpu === undefined) yield "Fargate requires that 'cpu' be defined at the task level.";
  if (memory === undefined) yield "Fargate requires that 'memory' be defined at the task level.";
  const [units, mebibytes] = [parseCpu(cpu ?? ""), parseMemory(memory ?? "")];
  if (units === undefined || mebibytes === undefined || isFargateSize(units, mebibytes)) return;
  yield `No Fargate configuration exists for given values: ${units} CPU, ${mebibytes} memory. ` +
    "See the Amazon ECS documentation for the valid values.";
};

const taskSettings: Rule = function* ({ ipcMode, pidMode, placementConstraints }) {
  if (ipcMode !== undefined) yield unsupported("ipcMode");
  if (pidMode === "host") yield "Tasks using the Fargate launch type do not support pidMode 'host'.";
  if (listed(placementConstraints).length > 0) yield unsupported("constraints");
};

const volumes: Rule = function* ({ volumes }) {
  for (const { host, dockerVolumeConfiguration } of listed(volumes)) {
    if (host?.sourcePath !== undefined) yield unsupported("sourcePath");
    if (dockerVolumeConfiguration !== undefined) yield unsupported("dockerVolumeConfiguration");
  }
};

const linuxParameters: Readonly<Record<string, (parameters: LinuxParameters) => boolean>> = {
  devices: ({ devices }) => listed(devices).length > 0,
  sharedMemorySize: ({ sharedMemorySize }) => sharedMemorySize !== undefined,
  maxSwap: ({ maxSwap }) => maxSwap !== undefined,
  swappiness: ({ swappiness }) => swappiness !== undefined,
};

const containers = eachContainer(function* (container) {
  const { privileged, dockerSecurityOptions, linuxParameters: parameters = {} } = container;
  if (privileged) yield "Fargate requires that the 'privileged' setting be 'false'.";
  if (listed(dockerSecurityOptions).length > 0) yield unsupported("dockerSecurityOptions");
  for (const [name, used] of Object.entries(linuxParameters)) if (used(parameters)) yield unsupported(name);
  for (const capability of listed(parameters.capabilities?.add)) {
    if (capability !== "SYS_PTRACE") yield `${capability} is not allowed on Fargate.`;
  }
  yield* timeouts(container);
});

function* timeouts({ name, startTimeout, stopTimeout }: ContainerDefinition): Iterable<string> {
  for (const [field, seconds = 0] of Object.entries({ startTimeout, stopTimeout })) {
    if (seconds > maxTimeoutSeconds) {
      yield `Invalid '${field}' setting for container '${name}'. Fargate's limit is ${maxTimeoutSeconds} seconds.`;
    }
  }
}

const logging = eachContainer(function* ({ logConfiguration }, { executionRoleArn }) {
  if (logConfiguration === undefined) return;
  const { logDriver, options = {} } = logConfiguration;
  if (!logDrivers.includes(logDriver)) {
    yield `${logDriver} is not a valid log driver. Must be one of [${logDrivers.join(", ")}]`;
  }
  if (logDriver !== "awslogs") return;
  if (!executionRoleArn) {
    yield "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
  }
  if (!options["awslogs-stream-prefix"]) {
    yield "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.";
  }
});

function unsupported(setting: string): string {
  return `Fargate compatible task definitions do not support ${setting}`;
}

/** What keeps a definition from running on Fargate. */
export const fargateRules: readonly Rule[] = [networkMode, fargateSize, taskSettings, volumes, containers, logging];
