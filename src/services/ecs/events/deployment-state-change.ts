import type { EventSource, SourcedEvent } from "#kernel/event-source.ts";
import { type DeploymentRecord, type ServiceRecord, services } from "../model.ts";

/** "ECS Deployment State Change" (Developer Guide, "Amazon ECS service deployment state change events"). */
export const deploymentStateChanges: EventSource = {
  source: "aws.ecs",
  collection: services.name,
  toEvents({ before, after }) {
    const service = after as ServiceRecord | undefined;
    const known = new Map((before as ServiceRecord | undefined)?.deployments.map((each) => [each.id, each]));
    const changed = (service?.deployments ?? []).filter(
      (deployment) => known.get(deployment.id)?.rolloutState !== deployment.rolloutState,
    );
    return changed.map((deployment) => toEvent(service!, deployment));
  },
};

function toEvent({ serviceArn }: ServiceRecord, deployment: DeploymentRecord): SourcedEvent {
  const { id, rolloutState, rolloutStateReason, updatedAt } = deployment;
  return {
    detailType: "ECS Deployment State Change",
    resources: [serviceArn],
    detail: {
      eventType: rolloutState === "FAILED" ? "ERROR" : "INFO",
      eventName: `SERVICE_DEPLOYMENT_${rolloutState}`,
      deploymentId: id,
      updatedAt: new Date(updatedAt).toISOString(),
      reason: rolloutStateReason,
    },
  };
}
