import { acmCollections } from "#services/acm/index.ts";
import { autoScalingCollections, autoScalingEventSources } from "#services/autoscaling/index.ts";
import { scalableTargets, targetArn } from "#services/autoscaling/model.ts";
import { cloudTrailCollections } from "#services/cloudtrail/index.ts";
import { cloudWatchCollections, cloudWatchEventSources } from "#services/cloudwatch/index.ts";
import { discoveryCollections } from "#services/discovery/index.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ecrCollections } from "#services/ecr/index.ts";
import { pullThroughRules } from "#services/ecr/model.ts";
import { ecsCollections, ecsEventSources } from "#services/ecs/index.ts";
import { clusterArn, clusters, serviceArn, services } from "#services/ecs/model.ts";
import { elbCollections } from "#services/elb/index.ts";
import { loadBalancerArn, loadBalancers } from "#services/elb/model.ts";
import { eventsCollections } from "#services/events/index.ts";
import { iamCollections, linkedRoleUse } from "#services/iam/index.ts";
import { kmsCollections } from "#services/kms/index.ts";
import { logsCollections } from "#services/logs/index.ts";
import { organizationsCollections } from "#services/organizations/index.ts";
import { schedulerCollections } from "#services/scheduler/index.ts";
import { secretsManagerCollections } from "#services/secretsmanager/index.ts";
import { ssmCollections } from "#services/ssm/index.ts";

/** What the store holds: the records of every service. */
export const collections = [
  ...[ecsCollections, ec2Collections, logsCollections, iamCollections, organizationsCollections],
  ...[kmsCollections, secretsManagerCollections, ssmCollections, ecrCollections, eventsCollections],
  ...[discoveryCollections, cloudTrailCollections, schedulerCollections, acmCollections, elbCollections],
  ...[cloudWatchCollections, autoScalingCollections],
].flat();

/** Which changes of those records are events. */
export const eventSources = [...ecsEventSources, ...cloudWatchEventSources, ...autoScalingEventSources];

/** Which records services have their service-linked roles for. */
export const linkedRoleUses = [
  linkedRoleUse(clusters, "ecs.amazonaws.com", (cluster) =>
    cluster.status === "INACTIVE" ? undefined : clusterArn(cluster, cluster.clusterName),
  ),
  linkedRoleUse(services, "ecs.amazonaws.com", (service) =>
    service.status === "INACTIVE" ? undefined : serviceArn(service),
  ),
  linkedRoleUse(loadBalancers, "elasticloadbalancing.amazonaws.com", loadBalancerArn),
  linkedRoleUse(scalableTargets, "ecs.application-autoscaling.amazonaws.com", targetArn),
  linkedRoleUse(
    pullThroughRules,
    "pullthroughcache.ecr.amazonaws.com",
    ({ prefix }) => `pull-through-cache-rule/${prefix}`,
  ),
];
