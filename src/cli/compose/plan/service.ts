import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import type { PlannedService } from "../model.ts";
import { projectTag } from "./names.ts";

export interface ServiceFacts {
  readonly project: string;
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly registryArn: string;
}

/** The ECS service of a compose service; `cluster` is the project's. */
export function ecsServiceOf(service: PlannedService, facts: ServiceFacts): CreateServiceRequest {
  const { project, taskDefinition, subnets, securityGroups, registryArn } = facts;
  return {
    cluster: project,
    serviceName: service.name,
    taskDefinition,
    desiredCount: service.replicas,
    launchType: "FARGATE",
    deploymentConfiguration: service.deployment,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: [...subnets], securityGroups: [...securityGroups], assignPublicIp: "ENABLED" },
    },
    serviceRegistries: [{ registryArn }],
    enableExecuteCommand: true,
    propagateTags: "SERVICE",
    tags: [{ key: projectTag, value: project }, ...service.tags],
  };
}
