import type { CertificateAuthority } from "#kernel/certificate-authority.ts";
import type { ExecSessions } from "#kernel/exec-sessions.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { AgentHub } from "./agents/hub.ts";
import { ecsAuthorization } from "./authorization.ts";
import { clusterController } from "./controllers/cluster/controller.ts";
import { clusterMetricsController } from "./controllers/cluster-metrics/controller.ts";
import { connectCertificateController } from "./controllers/connect/certificates.ts";
import { connectProxies } from "./controllers/connect/proxies.ts";
import { connectRegistry } from "./controllers/connect/registry.ts";
import { containerInstanceController } from "./controllers/container-instance/controller.ts";
import { daemonTaskDefinitionController } from "./controllers/daemon-task-definition/controller.ts";
import { dispatchController } from "./controllers/dispatch.ts";
import { lifecycleHookController } from "./controllers/lifecycle-hook/controller.ts";
import { clientTokenReaper, taskReaper } from "./controllers/reaper/controller.ts";
import { schedulerController } from "./controllers/scheduler/controller.ts";
import { defaultSettleSeconds, serviceController } from "./controllers/service/controller.ts";
import { serviceReaper } from "./controllers/service-reaper/controller.ts";
import { serviceRegistryController } from "./controllers/service-registry/controller.ts";
import { targetsController } from "./controllers/targets/controller.ts";
import { taskController } from "./controllers/task/controller.ts";
import { taskDefinitionController } from "./controllers/task-definition/controller.ts";
import { trafficController } from "./controllers/traffic/controller.ts";
import {
  accountSettings,
  attributes,
  clientTokens,
  clusters,
  connectCertificates,
  containerInstances,
  daemonFamilies,
  daemonTaskDefinitions,
  hosts,
  serviceDeployments,
  serviceEvents,
  serviceRevisions,
  services,
  taskDefinitionFamilies,
  taskDefinitions,
  taskSets,
  tasks,
} from "./model.ts";
import { createOperations } from "./operations/index.ts";

export { AgentHub } from "./agents/hub.ts";
export { hasProxies } from "./controllers/connect/proxies.ts";
export { defaultSettleSeconds } from "./controllers/service/controller.ts";
export { ecsEventSources } from "./events/index.ts";
export { explainServiceInquiry, explainTaskInquiry, type Inquiry, type InquiryOptions } from "./explain/inquiries.ts";
export { simulateInquiry } from "./simulate/inquiry.ts";
export { interruptSpotTasks, type SpotInterruption } from "./tasks/spot-interruption.ts";
export { type ConnectIntake, createConnectIntake } from "./telemetry/connect-intake.ts";
export { createUsageReceiver } from "./telemetry/receiver.ts";

export const ecsCollections = [
  accountSettings,
  attributes,
  clientTokens,
  clusters,
  connectCertificates,
  containerInstances,
  daemonFamilies,
  daemonTaskDefinitions,
  hosts,
  serviceDeployments,
  serviceEvents,
  serviceRevisions,
  services,
  taskDefinitionFamilies,
  taskDefinitions,
  taskSets,
  tasks,
];

export interface EcsOptions {
  readonly hub: AgentHub;
  /** The account that the machines belong to: it alone can make them container instances. */
  readonly account: string;
  /** Of ECS Exec. */
  readonly sessions: ExecSessions;
  /** How long stopped tasks stay visible; Amazon ECS promises one hour. */
  readonly stoppedTaskHours: number;
  /** After so many seconds of RUNNING a task of a service without a health check counts as healthy; 40 as on AWS. */
  readonly settleSeconds?: number;
  /** Given the proxies of all tasks with Service Connect whenever one has changed. */
  readonly publishProxies: (nodes: readonly LoadBalancerNode[]) => void;
  /** Signs the certificates of Service Connect TLS. */
  readonly certificates: CertificateAuthority;
  /** Calls the lifecycle hooks of deployments. */
  readonly send: SendHttp;
  /** Where the metrics of clusters go, and how often; without it nothing is counted. */
  readonly metrics?: MetricSink;
  readonly metricsIntervalSeconds?: number;
  /** Whether the role exists and its trust policy lets the service take it on. */
  readonly canAssume: (account: string, roleArn: string, service: string, sourceArn: string) => boolean;
}

/** Amazon Elastic Container Service. */
export function createEcs(options: EcsOptions): ServiceModule {
  return {
    name: "ecs",
    operations: createOperations(options),
    controllers: [
      serviceController({ settleSeconds: options.settleSeconds ?? defaultSettleSeconds, canAssume: options.canAssume }),
      lifecycleHookController(options.send),
      serviceReaper,
      serviceRegistryController,
      connectRegistry,
      connectCertificateController(options.certificates),
      connectProxies(options.publishProxies, options.certificates.openPrivateKey),
      targetsController,
      trafficController,
      schedulerController(),
      taskController,
      dispatchController(options.hub),
      taskReaper(options.stoppedTaskHours),
      clientTokenReaper,
      containerInstanceController,
      clusterController,
      ...(options.metrics ? [clusterMetricsController(options.metrics, options.metricsIntervalSeconds ?? 60)] : []),
      taskDefinitionController,
      daemonTaskDefinitionController,
    ],
    collections: ecsCollections,
    authorization: ecsAuthorization,
  };
}
