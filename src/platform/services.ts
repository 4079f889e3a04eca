import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import type { LoadBalancerNode, LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { MetricCounter } from "#kernel/minute-counts.ts";
import type { RoleActor } from "#kernel/role-actor.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { certificateAuthority, createAcm } from "#services/acm/index.ts";
import { createAutoScaling } from "#services/autoscaling/index.ts";
import { createCloudTrail, type LogsRefusal, type Trail, type TrailDelivery } from "#services/cloudtrail/index.ts";
import { alarmPorts, createCloudWatch, type MetricStorage } from "#services/cloudwatch/index.ts";
import { createDiscovery } from "#services/discovery/index.ts";
import { namespaces } from "#services/discovery/model.ts";
import { createEc2 } from "#services/ec2/index.ts";
import { createEcr, type EcrPorts } from "#services/ecr/index.ts";
import { type AgentHub, createEcs, hasProxies } from "#services/ecs/index.ts";
import { createElb } from "#services/elb/index.ts";
import { loadBalancers } from "#services/elb/model.ts";
import { createEvents } from "#services/events/index.ts";
import { validatePolicy } from "#services/iam/policy/index.ts";
import { createKms } from "#services/kms/index.ts";
import { createLogs } from "#services/logs/index.ts";
import { createScheduler } from "#services/scheduler/index.ts";
import { createSecretsManager } from "#services/secretsmanager/index.ts";
import { createSsm } from "#services/ssm/index.ts";
import type { Sessions } from "#sessions/index.ts";
import type { StoreHost } from "#store/index.ts";
import { sendHttp } from "./http-sender.ts";
import type { Identity } from "./identity.ts";
import type { LogsOnDisk } from "./logs.ts";
import { serviceLogRights } from "./service-log-rights.ts";
import { serviceOptions } from "./service-options.ts";
import { mergeNames, SharedPublication } from "./shared-publication.ts";

export interface ServicesParts {
  readonly store: StoreHost;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  readonly account: string;
  readonly stoppedTaskHours: number;
  readonly box: SecretBox;
  readonly identity: Identity;
  readonly roles: RoleActor;
  readonly hub: AgentHub;
  readonly sessions: Sessions;
  readonly logsOnDisk: LogsOnDisk;
  readonly sink: LogSink;
  readonly metrics: MetricStorage;
  /** Where what the platform measures itself goes. */
  readonly measured: MetricSink;
  /** Where services count what happens. */
  readonly counts: MetricCounter;
  readonly trail: Trail;
  readonly delivery: TrailDelivery;
  readonly refusal: LogsRefusal;
  readonly blobs: BlobStore;
  readonly ecrPorts: EcrPorts;
}

export interface Services {
  readonly services: readonly ServiceModule[];
  /** For what the hosts' load balancer nodes say, other than the proxies of tasks. */
  readonly loadBalancing: LoadBalancingEndpoint;
}

/** Every service of the platform, listed once. */
export function createServices(parts: ServicesParts): Services {
  const { store, clock, log, env, account, box, hub, sessions, metrics, measured, sink, trail, blobs } = parts;
  const { storage, queries } = parts.logsOnDisk;
  const policyFault = (document: string) => validatePolicy(document, "resource");
  const logsRefusal = serviceLogRights({ store, compile: parts.identity.compile });
  const names = new SharedPublication(mergeNames, (all) => hub.publishNames(all));
  const nodes = new SharedPublication<readonly LoadBalancerNode[]>(
    (each) => each.flat(),
    (all) => hub.publishLoadBalancers(all),
  );
  const elb = createElb({
    ...{ store, clock, log, box, logs: sink, metrics: measured },
    ...{ publishNames: names.part(() => store.view(loadBalancers).size > 0) },
    publishLoadBalancers: nodes.part(() => store.view(loadBalancers).size > 0),
  });
  const services: readonly ServiceModule[] = [
    ...parts.identity.services,
    createEc2({ publishNetwork: (network) => hub.publishNetwork(network) }),
    createEcs({
      ...{ hub, account, sessions, send: sendHttp, stoppedTaskHours: parts.stoppedTaskHours },
      ...{ canAssume: parts.identity.canAssume, publishProxies: nodes.part(() => hasProxies(store)) },
      ...{ ...serviceOptions(env), metrics: measured, certificates: certificateAuthority(box) },
    }),
    createCloudWatch({ storage: metrics }),
    createAutoScaling(alarmPorts(metrics)),
    createLogs({ storage, queries, policyFault }),
    createCloudTrail({ trail, delivery: parts.delivery, refusal: parts.refusal }),
    createKms({ box, policyFault }),
    createSecretsManager({ box, policyFault }),
    createSsm({ box, sessions }),
    createEcr({ ...parts.ecrPorts, box, policyFault, blobs }),
    createEvents({
      ...{ box, policyFault, logs: sink, logsRefusal, roles: parts.roles, send: sendHttp, counts: parts.counts },
    }),
    createAcm({ box }),
    elb.module,
    createDiscovery({ publishNames: names.part(() => store.view(namespaces).size > 0) }),
    createScheduler({
      hasOperation: (name, each) => services.some((s) => s.name === name && Object.hasOwn(s.operations, each)),
    }),
  ];
  return { services, loadBalancing: elb.endpoint };
}
