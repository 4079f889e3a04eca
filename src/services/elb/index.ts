import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import type { LoadBalancerNode, LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { authorization } from "./authorization.ts";
import { namesController } from "./controllers/names/controller.ts";
import { nodesController } from "./controllers/nodes/controller.ts";
import { PublishedVersions, publicationController } from "./controllers/publication/controller.ts";
import { targetsController } from "./controllers/targets/controller.ts";
import { LoadBalancingIntake } from "./intake.ts";
import {
  authentications,
  holds,
  listeners,
  loadBalancers,
  nodes,
  rules,
  targetGroups,
  targetHealth,
  targets,
} from "./model.ts";
import { createOperations } from "./operations/index.ts";

export const elbCollections = [
  authentications,
  holds,
  listeners,
  loadBalancers,
  nodes,
  rules,
  targetGroups,
  targetHealth,
  targets,
];

export interface ElbOptions {
  /** Given all load balancer nodes whenever one has changed. */
  readonly publishLoadBalancers: (nodes: readonly LoadBalancerNode[]) => void;
  /** Given the names of all load balancers whenever one has changed. */
  readonly publishNames: (names: HostNamesSpec) => void;
  /** Seals secrets of clients, and opens the private keys of certificates. */
  readonly box: SecretBox;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Where access logs go. */
  readonly logs: LogSink;
  /** Where the metrics of load balancers go. */
  readonly metrics: MetricSink;
}

/** Elastic Load Balancing: the service, and the endpoint for what the hosts' nodes say. */
export interface Elb {
  readonly module: ServiceModule;
  readonly endpoint: LoadBalancingEndpoint;
}

export function createElb(options: ElbOptions): Elb {
  const versions = new PublishedVersions();
  const { box, publishLoadBalancers: publish, publishNames } = options;
  return {
    endpoint: new LoadBalancingIntake({ ...options, versions }),
    module: {
      name: "elbv2",
      operations: createOperations({ box }),
      controllers: [
        nodesController,
        publicationController({ publish, box, versions }),
        targetsController(versions),
        namesController(publishNames),
      ],
      authorization,
      collections: elbCollections,
    },
  };
}
