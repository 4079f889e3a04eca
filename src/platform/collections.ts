import { acmCollections } from "#services/acm/index.ts";
import { autoScalingCollections, autoScalingEventSources } from "#services/autoscaling/index.ts";
import { scalableTargets } from "#services/autoscaling/model.ts";
import { cloudTrailCollections } from "#services/cloudtrail/index.ts";
import { cloudWatchCollections, cloudWatchEventSources } from "#services/cloudwatch/index.ts";
import { discoveryCollections } from "#services/discovery/index.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ecrCollections } from "#services/ecr/index.ts";
import { pullThroughRules } from "#services/ecr/model.ts";
import { ecsCollections, ecsEventSources } from "#services/ecs/index.ts";
import { clusters, services } from "#services/ecs/model.ts";
import { elbCollections } from "#services/elb/index.ts";
import { loadBalancers } from "#services/elb/model.ts";
import { eventsCollections } from "#services/events/index.ts";
import { iamCollections, type LinkedRoleUses } from "#services/iam/index.ts";
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
export const linkedRoleUses: LinkedRoleUses = {
  [clusters.name]: "ecs.amazonaws.com",
  [services.name]: "ecs.amazonaws.com",
  [loadBalancers.name]: "elasticloadbalancing.amazonaws.com",
  [scalableTargets.name]: "ecs.application-autoscaling.amazonaws.com",
  [pullThroughRules.name]: "pullthroughcache.ecr.amazonaws.com",
};
