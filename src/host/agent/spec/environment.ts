import { metadataAddress } from "#host/network/vpc-rules.ts";
import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { regionOf } from "./labels.ts";

export interface EnvironmentOptions {
  readonly metadataId: string;
  /** The platform's endpoint as the task reaches it, for AWS_ENDPOINT_URL. */
  readonly endpointUrl?: string;
  /** Values of the container's secrets by variable name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The variables of a container, `NAME=value`: those of Amazon ECS, and above them the task definition's own. */
export function environmentOf(
  payload: TaskPayload,
  container: ContainerPayload,
  { metadataId, endpointUrl, secrets }: EnvironmentOptions,
): string[] {
  const region = regionOf(payload.taskArn);
  const variables: Record<string, string> = {
    ECS_CONTAINER_METADATA_URI: `http://${metadataAddress}/v3/${metadataId}`,
    ECS_CONTAINER_METADATA_URI_V4: `http://${metadataAddress}/v4/${metadataId}`,
    ECS_AGENT_URI: `http://${metadataAddress}/api/${metadataId}`,
    AWS_EXECUTION_ENV: payload.launchType === "FARGATE" ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(payload.credentialsId === undefined
      ? {}
      : { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentialsPath(payload.credentialsId) }),
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
    ...secrets,
  };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

function credentialsPath(credentialsId: string): string {
  return `/v2/credentials/${credentialsId}`;
}
