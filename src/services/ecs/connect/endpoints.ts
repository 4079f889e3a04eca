import { createHash } from "node:crypto";
import type { CertificateAuthority } from "#kernel/certificate-authority.ts";
import type {
  ListenerSpec,
  LoadBalancerAttributes,
  LoadBalancerNode,
  RuleAction,
  RuleSpec,
  TargetGroupSpec,
} from "#kernel/load-balancing.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { attributeNames, instances, instancesOf } from "#services/discovery/model.ts";
import {
  primaryOf,
  revisionKeyOf,
  type ServiceConnect,
  type ServiceConnectEndpoint,
  type ServiceRecord,
  servicePath,
  serviceRevisionKey,
  serviceRevisions,
  services,
} from "../model/service.ts";
import { hostInterface, type TaskRecord, tasks } from "../model/task.ts";
import { splitOf } from "./split.ts";
import { connectSslPolicy, securityOf, servedWith } from "./tls.ts";

type Views = Pick<Store, "view">;

/** A name and port that tasks of a namespace reach a service by. */
export interface Alias {
  readonly dnsName: string;
  readonly port: number;
  readonly endpoint: ServiceConnectEndpoint;
  /** Whose tasks are behind it. */
  readonly service: ServiceRecord;
}

/** The value of the index `namespace` of services. */
export function namespacePath({ account, region }: World, namespaceId: string): string {
  return `${account}/${region}/${namespaceId}`;
}

/** The aliases of all services of a namespace, by name and port; of two that say the same the first service's holds. */
function aliasesIn(store: Views, world: World, namespaceId: string): readonly Alias[] {
  const found = new Map<string, Alias>();
  for (const { value: service } of store.view(services).by("namespace", namespacePath(world, namespaceId))) {
    const primary = primaryOf(service);
    const key = primary && serviceRevisionKey(service, primary.revisionId);
    const connect = key && store.view(serviceRevisions).get(key)?.value.serviceConnect;
    for (const endpoint of connect?.endpoints ?? []) {
      for (const { dnsName, port } of endpoint.aliases) {
        const name = `${dnsName}:${port}`;
        if (!found.has(name)) found.set(name, { dnsName, port, endpoint, service });
      }
    }
  }
  return [...found.values()].toSorted((a, b) => (a.dnsName < b.dnsName ? -1 : 1));
}

/**
 * An address for each name, in 127.128.0.0/9, which nobody else uses. It is the name's hash, so that a name mostly has
 * the same one in every task; of two names with one hash the latter has the hash of its next attempt.
 */
export function loopbacksOf(dnsNames: Iterable<string>): Map<string, string> {
  const taken = new Map<string, string>();
  for (const dnsName of new Set(dnsNames)) {
    let [attempt, address] = [0, loopbackOf(dnsName)];
    while (taken.has(address)) address = loopbackOf(`${dnsName} ${++attempt}`);
    taken.set(address, dnsName);
  }
  return new Map(Array.from(taken, ([address, dnsName]) => [dnsName, address]));
}

function loopbackOf(text: string): string {
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(text).digest();
  return `127.${128 + (a % 127)}.${b}.${1 + (c % 254)}`;
}

/**
 * The port that a proxy binds for one that clients connect to: a container that has a port at all addresses has it at
 * those of names too. Half of all ports away no two have the same, and hardly a container listens.
 */
export function boundPortOf(port: number): number {
  return ((port + 32_767) % 65_535) + 1;
}

/**
 * What a task's containers find in /etc/hosts: the names that there are when it starts, as with Amazon ECS. It is kept
 * with the task, and its proxy listens at these addresses.
 */
export function hostsOf(
  store: Views,
  world: World,
  connect: ServiceConnect,
): NonNullable<TaskRecord["serviceConnect"]>["hosts"] {
  const addresses = loopbacksOf(aliasesIn(store, world, connect.namespaceId).map(({ dnsName }) => dnsName));
  return Array.from(addresses, ([hostname, ipAddress]) => ({ hostname, ipAddress }));
}

const idleSeconds = { http: 300, tcp: 3600 };
/** What AWS has for HTTP, HTTP/2 and gRPC. */
const requestSeconds = 15;
/** As long as HAProxy's timers go: 24 days. */
const never = 86_400 * 24;

/** "Service Connect: outlier detection" */
const outlierDetection = { failures: 5, withinSeconds: 30, shortestSeconds: 30, longestSeconds: 300 } as const;

const attributes: LoadBalancerAttributes = {
  ...{ idleTimeoutSeconds: idleSeconds.http, clientKeepAliveSeconds: 3600, http2: true, preserveHostHeader: true },
  ...{ dropInvalidHeaderFields: false, xForwardedFor: "append", xForwardedForClientPort: false, tlsHeaders: false },
  ...{ desyncMitigation: "defensive", crossZone: true, accessLogs: false },
};

/** How a task takes part in Service Connect: as its revision says. */
export function connectOf(store: Views, task: TaskRecord): ServiceConnect | undefined {
  const key = revisionKeyOf(task);
  return key && store.view(serviceRevisions).get(key)?.value.serviceConnect;
}

/** So long a task that others reach by a name goes on when it has left it. AWS says nothing of it. */
const leavingMs = 2000;

/** Until when proxies may send to a task that is to stop. */
export function connectHolds(store: Views, task: TaskRecord): { readonly sentToUntil?: number } {
  const isReached = (connectOf(store, task)?.endpoints.length ?? 0) > 0;
  return isReached && task.stoppingAt !== undefined ? { sentToUntil: task.stoppingAt + leavingMs } : {};
}

/** Opens the private key of a certificate. */
export type OpenPrivateKey = CertificateAuthority["openPrivateKey"];

/**
 * The proxy of a task: it listens at the addresses of aliases, and where the task's own services are reached.
 * Undefined: it has nothing to do, or lacks a certificate yet.
 */
export function proxyOf(
  store: Views,
  task: TaskRecord,
  connect: ServiceConnect,
  open: OpenPrivateKey,
): LoadBalancerNode | undefined {
  if (task.networkInterface === undefined) return undefined;
  const addresses = new Map(task.serviceConnect?.hosts.map(({ hostname, ipAddress }) => [hostname, ipAddress]));
  const outward = aliasesIn(store, task, connect.namespaceId).flatMap((alias) => {
    const address = addresses.get(alias.dnsName);
    return address === undefined ? [] : [outwardOf(store, task, alias, address)];
  });
  const inward = connect.endpoints.filter(isProxied).map((endpoint) => inwardOf(store, task, endpoint, open));
  const all = [...inward, ...outward].filter((each) => each !== undefined);
  if (all.length === 0 || inward.includes(undefined)) return undefined;
  const groups = new Map(all.flatMap((each) => each.groups.map((group) => [group.targetGroupArn, group])));
  const listeners = all.map(({ listener }) => listener);
  const node = {
    ...{
      nodeId: `connect-${task.id}`,
      loadBalancerArn: task.taskArn,
      taskArn: task.taskArn,
      type: "application" as const,
    },
    networkInterface: hostInterface(task.networkInterface),
    availabilityZone: task.availabilityZone ?? "",
    ...logsOf(connect),
    ...{ listeners, targetGroups: [...groups.values()] },
  };
  const version = createHash("sha256").update(JSON.stringify(node)).digest("hex").slice(0, 16);
  return { ...node, version };
}

/** Whether what comes for an endpoint passes the proxy of the task that serves it. */
function isProxied({ ingressPort, containerPort, tls }: ServiceConnectEndpoint): boolean {
  return ingressPort !== containerPort || tls !== undefined;
}

/** What comes for the task's own container. Undefined: it is to come with TLS, and there is no certificate yet. */
function inwardOf(store: Views, world: World, endpoint: ServiceConnectEndpoint, open: OpenPrivateKey) {
  const arn = `${endpoint.discoveryArn}/${ingressPart}`;
  const { ingressPort: port, containerPort } = endpoint;
  const own = { targetKey: `own:${containerPort}`, address: "127.0.0.1", port: containerPort, draining: false };
  const rules = [{ ruleArn: arn, conditions: [], actions: [forwardTo([arn, 100])] }];
  // The container has its port; what comes in for it goes to the proxy's.
  const place = port === containerPort ? { port, boundPort: boundPortOf(port) } : { address: "0.0.0.0", port };
  const listener = listenerOf(arn, endpoint, { ...place, rules });
  const groups = [groupOf(endpoint, arn, [own])];
  if (endpoint.tls === undefined) return { listener, groups };
  const certificate = servedWith(store, world, endpoint, open);
  if (certificate === undefined) return undefined;
  const protocol = endpoint.protocol === "tcp" ? ("TLS" as const) : ("HTTPS" as const);
  return {
    listener: { ...listener, protocol, sslPolicy: connectSslPolicy, certificates: [certificate] },
    groups,
  };
}

function logsOf({ configuration }: ServiceConnect): Pick<LoadBalancerNode, "attributes" | "logConfiguration"> {
  const { logConfiguration: logs, accessLogConfiguration: access } = configuration;
  const connectLog = access && {
    format: access.format,
    includeQuery: access.includeQueryParameters === "ENABLED",
  };
  return {
    attributes: connectLog === undefined ? attributes : { ...attributes, accessLogs: true, connectLog },
    ...(logs && { logConfiguration: { logDriver: logs.logDriver, options: logs.options ?? {} } }),
  };
}

/** The tasks of an endpoint that run and are not unhealthy, as Cloud Map has them. */
export function targetsOf(
  store: Views,
  world: World,
  { discoveryId }: ServiceConnectEndpoint,
): TargetGroupSpec["targets"] {
  const path = instancesOf({ account: world.account, region: world.region, id: discoveryId });
  return store
    .view(instances)
    .by("service", path)
    .filter(({ value }) => value.health !== "UNHEALTHY")
    .map(({ value: { id, attributes: named } }) => ({
      targetKey: id,
      address: named[attributeNames.ipv4] ?? "",
      port: Number(named[attributeNames.port]),
      draining: false,
    }));
}

/** The tasks that have left an endpoint and have yet to end: they get nothing new, and answer what they have. */
function leavingOf(
  store: Views,
  service: ServiceRecord,
  { discoveryId }: ServiceConnectEndpoint,
  present: TargetGroupSpec["targets"],
): TargetGroupSpec["targets"] {
  const known = new Set(present.map(({ targetKey }) => targetKey));
  return store
    .view(tasks)
    .by("service", servicePath(service))
    .flatMap(({ value: task }) => {
      const address = task.networkInterface?.privateIpv4Address;
      if (!leavingStates.has(task.lastStatus) || address === undefined || known.has(task.id)) return [];
      const own = connectOf(store, task)?.endpoints.find((each) => each.discoveryId === discoveryId);
      return own === undefined ? [] : [{ targetKey: task.id, address, port: own.ingressPort, draining: true }];
    });
}

const leavingStates: ReadonlySet<string> = new Set<TaskRecord["lastStatus"]>(["DEACTIVATING", "STOPPING"]);

/** What the ARN of the group ends with that is the task's own port. */
export const ingressPart = "ingress";

/** The group of a new revision's tasks while a deployment shifts traffic; all other tasks are in the name's own. */
function newGroupArn({ discoveryArn }: ServiceConnectEndpoint): string {
  return `${discoveryArn}/new`;
}

/** Behind a name are all tasks of its service, or by a deployment's weights those of its old and new revision. */
function outwardOf(store: Views, task: TaskRecord, { port, endpoint, service }: Alias, address: string) {
  const listenerArn = `${endpoint.discoveryArn}/${port}`;
  const split = splitOf(store, service);
  const [own, added] = [endpoint.discoveryArn, newGroupArn(endpoint)];
  const security = securityOf(store, service, endpoint);
  const present = targetsOf(store, task, endpoint);
  const targets = [...present, ...leavingOf(store, service, endpoint, present)].map((target) => {
    const tls = security(target.targetKey);
    if (tls === undefined) return target;
    // What comes from inside is led to no proxy.
    const isOwn = target.targetKey === task.id && target.port === endpoint.containerPort;
    return { ...target, tls, ...(isOwn && { port: boundPortOf(target.port) }) };
  });
  const isNew = ({ targetKey }: { targetKey: string }) => split?.isNew(targetKey) ?? false;
  const production = split?.production ?? 0;
  const last = forwardTo([own, 100 - production], [added, production]);
  const { testHeader } = endpoint;
  const tries = split !== undefined && split.test > 0 && testHeader !== undefined;
  const rules = [
    ...(tries ? [{ ruleArn: `${listenerArn}/test`, ...testRule(testHeader, forwardTo([added, 100])) }] : []),
    { ruleArn: listenerArn, conditions: [], actions: [last] },
  ];
  return {
    listener: listenerOf(listenerArn, endpoint, { address, port, boundPort: boundPortOf(port), rules }),
    groups: [
      groupOf(
        endpoint,
        own,
        targets.filter((target) => !isNew(target)),
      ),
      ...(split === undefined ? [] : [groupOf(endpoint, added, targets.filter(isNew))]),
    ].map((group) => ({ ...group, outlierDetection })),
  };
}

type TestHeader = NonNullable<ServiceConnectEndpoint["testHeader"]>;

function testRule({ name, exact }: TestHeader, action: RuleAction): Pick<RuleSpec, "conditions" | "actions"> {
  const wanted = exact === undefined ? { values: ["*"] } : { values: [], exactValues: [exact] };
  return { conditions: [{ field: "http-header", httpHeaderName: name, ...wanted }], actions: [action] };
}

/** Weights are whole numbers: tenths of a percent are told in thousandths. Groups that get nothing are left out. */
function forwardTo(...shares: readonly (readonly [targetGroupArn: string, percent: number])[]): RuleAction {
  const targetGroups = shares.flatMap(([targetGroupArn, percent]) =>
    percent > 0 ? [{ targetGroupArn, weight: Math.round(percent * 10) }] : [],
  );
  return { type: "forward", targetGroups };
}

function listenerOf(
  listenerArn: string,
  endpoint: ServiceConnectEndpoint,
  place: Pick<ListenerSpec, "address" | "port" | "boundPort" | "rules">,
): ListenerSpec {
  const protocol = endpoint.protocol === "tcp" ? "TCP" : "HTTP";
  return { listenerArn, ...place, idleTimeoutSeconds: idleOf(endpoint), protocol, certificates: [] };
}

/** 0 is said for no limit. */
function idleOf({ protocol, idleTimeoutSeconds: idle }: ServiceConnectEndpoint): number {
  return Math.min((idle ?? (protocol === "tcp" ? idleSeconds.tcp : idleSeconds.http)) || never, never);
}

function groupOf(
  endpoint: ServiceConnectEndpoint,
  targetGroupArn: string,
  targets: TargetGroupSpec["targets"],
): TargetGroupSpec {
  const { protocol } = endpoint;
  const { perRequestTimeoutSeconds = protocol === "tcp" ? 0 : requestSeconds } = endpoint;
  const versions = { http: "HTTP1", http2: "HTTP2", grpc: "GRPC", tcp: "HTTP1" } as const;
  return {
    ...{ targetGroupArn, protocol: protocol === "tcp" ? "TCP" : "HTTP", protocolVersion: versions[protocol] },
    ...{ algorithm: "round_robin", slowStartSeconds: 0, proxyProtocol: false },
    // Whichever ends first, as with AWS. What has been upgraded, as to a WebSocket, is a request no more.
    serverTimeoutSeconds: Math.min(idleOf(endpoint), perRequestTimeoutSeconds || never),
    tunnelTimeoutSeconds: idleOf(endpoint),
    // Who is healthy is known from the tasks; a connection that fails is tried elsewhere.
    healthCheck: {
      ...{ enabled: false, protocol: "TCP", path: "/", intervalSeconds: 30, timeoutSeconds: 5 },
      ...{ healthyThreshold: 2, unhealthyThreshold: 2, matcher: "200" },
    },
    targets,
  };
}
