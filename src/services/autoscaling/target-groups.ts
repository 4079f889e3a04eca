import type { ServiceRevisionRecord } from "#services/ecs/model.ts";

/** The target groups of a revision's tasks, with those that its deployments shift traffic to. */
export function groupsOf({ loadBalancers }: Pick<ServiceRevisionRecord, "loadBalancers">): string[] {
  return loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration: more }) => [
    targetGroupArn,
    ...(more ? [more.alternateTargetGroupArn] : []),
  ]);
}
