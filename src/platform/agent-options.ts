import type { AgentOptions, ImagePullBehavior } from "#host/agent/ports.ts";
import { DriverError } from "#kernel/fault.ts";
import { metricsInterval } from "./metrics-interval.ts";

const behaviors: readonly ImagePullBehavior[] = ["default", "always", "once", "prefer-cached", "never"];
const preparedSandboxes = 2;

/**
 * How this host's agent works, by the environment: when it pulls images (`ESTIVA_IMAGE_PULL_BEHAVIOR`, after
 * `ECS_IMAGE_PULL_BEHAVIOR` of Amazon ECS's agent), what tasks are given as AWS_ENDPOINT_URL
 * (`ESTIVA_TASK_ENDPOINT_URL`: an address, or `off`) and how often their containers are measured
 * (`ESTIVA_METRICS_INTERVAL`, seconds). Throws a `DriverError` for values that mean nothing.
 */
export function agentOptionsOf(env: NodeJS.ProcessEnv, ownEndpoint: string): Partial<AgentOptions> {
  const endpointUrl = env.ESTIVA_TASK_ENDPOINT_URL ?? ownEndpoint;
  return {
    preparedSandboxes,
    // What a stopped task wrote is in CloudWatch Logs: nobody needs its containers.
    cleanupWaitSeconds: 0,
    imagePullBehavior: pullBehavior(env.ESTIVA_IMAGE_PULL_BEHAVIOR ?? "prefer-cached"),
    metricsIntervalSeconds: metricsInterval(env),
    ...(endpointUrl !== "off" && { endpointUrl }),
  };
}

function pullBehavior(text: string): ImagePullBehavior {
  const found = behaviors.find((behavior) => behavior === text);
  if (found !== undefined) return found;
  const known = behaviors.join(", ");
  throw new DriverError("InvalidSpec", `ESTIVA_IMAGE_PULL_BEHAVIOR takes ${known}, not ${text}.`);
}
