import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { portsOf } from "#kernel/port-mapping.ts";
import { privateDomain } from "#kernel/private-names.ts";
import { clusterArnOf, ecsLabels, regionOf } from "../spec/labels.ts";
import { hasRun, isStopping, phaseOf } from "../step/phase.ts";
import { bindingsOf } from "../step/report.ts";
import { memoryOf, type Task } from "../step/state.ts";

/**
 * What the task metadata endpoint says, in the shapes of the Amazon ECS developer guide ("Task metadata endpoint
 * version 3/4"). Fields that have no value are left out, as there.
 */
export type Version = "v2" | "v3" | "v4";

export interface DocumentFacts {
  readonly now: number;
  /** The resolver of the task's VPC. */
  readonly resolver?: string;
  /** Bytes of the ephemeral storage in use, where it is known. */
  readonly ephemeralStorageUtilizedMiB?: number;
}

export type Json = Record<string, unknown>;

export function taskDocument(task: Task, version: Version, facts: DocumentFacts, withTags: boolean): Json {
  const { payload, memory } = task;
  const v4 = version === "v4";
  return compact({
    Cluster: clusterArnOf(payload),
    TaskARN: payload.taskArn,
    Family: payload.family,
    Revision: String(payload.revision),
    DesiredStatus: isStopping(task) ? "STOPPED" : "RUNNING",
    KnownStatus: knownTaskStatus(task),
    Limits: taskLimits(payload),
    PullStartedAt: time(memory.pullStartedAt),
    PullStoppedAt: time(memory.pullStoppedAt),
    ExecutionStoppedAt: time(memory.executionStoppedAt),
    AvailabilityZone: payload.availabilityZone === "" ? undefined : payload.availabilityZone,
    TaskTags: withTags ? tagMap(payload.tags) : undefined,
    ...(v4 ? v4TaskFields(task, facts) : {}),
    Containers: payload.containers
      .filter(({ name }) => memoryOf(task, name).runtimeId !== undefined)
      .map((container) => containerDocument(task, container, version, facts)),
  });
}

function v4TaskFields({ payload }: Task, facts: DocumentFacts): Json {
  const fargate = payload.launchType === "FARGATE";
  return {
    LaunchType: payload.launchType,
    ServiceName: payload.serviceName,
    VPCID: fargate ? undefined : payload.networkInterface?.vpcId,
    // A container's clock is its host's, which is the reference too. How exact that one is, nobody measures here.
    ClockDrift: fargate
      ? { ReferenceTimestamp: wholeSeconds(facts.now), ClockSynchronizationStatus: "SYNCHRONIZED" }
      : undefined,
    EphemeralStorageMetrics: fargate ? ephemeralStorage(payload, facts.ephemeralStorageUtilizedMiB) : undefined,
    FaultInjectionEnabled: false,
  };
}

/** Left out where the use is not known, rather than told wrong. */
function ephemeralStorage({ ephemeralStorageGiB }: TaskPayload, utilizedMiB: number | undefined): Json | undefined {
  return utilizedMiB === undefined
    ? undefined
    : { Utilized: utilizedMiB, Reserved: (ephemeralStorageGiB ?? 20) * 1024 };
}

/** Fargate counts a task's CPU in vCPUs, and so does the endpoint everywhere. */
function taskLimits({ cpuUnits, memoryMiB }: TaskPayload): Json | undefined {
  if (cpuUnits === undefined && memoryMiB === undefined) return undefined;
  return compact({ CPU: cpuUnits === undefined ? undefined : cpuUnits / 1024, Memory: memoryMiB });
}

export function containerDocument(
  task: Task,
  container: ContainerPayload,
  version: Version,
  facts: DocumentFacts,
): Json {
  const { payload } = task;
  const memory = memoryOf(task, container.name);
  const v4 = version === "v4";
  return compact({
    DockerId: memory.runtimeId,
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    ImageID: memory.image?.id ?? "",
    Ports: portList(task, container, v4),
    Labels: { ...container.dockerLabels, ...ecsLabels(payload, container.name) },
    DesiredStatus: isStopping(task) ? "STOPPED" : "RUNNING",
    KnownStatus: knownContainerStatus(task, container.name),
    ExitCode: memory.ended?.exitCode,
    Limits: { CPU: Math.max(2, container.cpu), Memory: container.memory ?? 0 },
    CreatedAt: time(memory.createdAt),
    StartedAt: time(memory.startedAt),
    FinishedAt: time(memory.ended?.at),
    Type: "NORMAL",
    Health: healthOf(task, container),
    Volumes: volumesOf(payload, container),
    ...(v4 ? v4ContainerFields(container, memory.restartCount) : {}),
    Networks: networksOf(task, v4, facts),
  });
}

function v4ContainerFields(container: ContainerPayload, restartCount: number): Json {
  return {
    ContainerARN: container.containerArn,
    LogDriver: container.logConfiguration?.logDriver,
    LogOptions: container.logConfiguration?.options,
    RestartCount: container.restartPolicy?.enabled ? restartCount : undefined,
  };
}

/** In the words of the Amazon ECS container agent. */
function knownContainerStatus(task: Task, name: string): string {
  if (phaseOf(task, name) === "ended") return "STOPPED";
  if (hasRun(task, name)) return "RUNNING";
  const { runtimeId, image } = memoryOf(task, name);
  return runtimeId !== undefined ? "CREATED" : image !== undefined ? "PULLED" : "NONE";
}

function knownTaskStatus(task: Task): string {
  const statuses = task.payload.containers.map(({ name }) => knownContainerStatus(task, name));
  const order = ["NONE", "PULLED", "CREATED", "RUNNING", "STOPPED"];
  return order.find((status) => statuses.includes(status)) ?? "NONE";
}

function healthOf(task: Task, container: ContainerPayload): Json | undefined {
  if (container.healthCheck === undefined) return undefined;
  const health = memoryOf(task, container.name).health;
  if (health === undefined || health.status === "UNKNOWN") return {};
  return { status: health.status, statusSince: time(health.since) };
}

/** Port by port, those of ranges too: the endpoint of the Amazon ECS container agent knows no ranges. */
function portList(task: Task, container: ContainerPayload, v4: boolean): Json[] | undefined {
  if (container.portMappings.length === 0) return undefined;
  if (task.payload.networkMode === "awsvpc") {
    return container.portMappings.flatMap(({ containerPort, containerPortRange, protocol }) =>
      portsOf(containerPort, containerPortRange).map((port) => {
        return { ContainerPort: port, Protocol: protocol, HostPort: port };
      }),
    );
  }
  return bindingsOf(task, container)?.flatMap((binding) => {
    const hostPorts = portsOf(binding.hostPort, binding.hostPortRange);
    return portsOf(binding.containerPort, binding.containerPortRange).map((port, i) => {
      const ports = { ContainerPort: port, Protocol: binding.protocol, HostPort: hostPorts[i] };
      return v4 ? { ...ports, HostIp: binding.bindIP } : ports;
    });
  });
}

function volumesOf(payload: TaskPayload, { mountPoints }: ContainerPayload): Json[] | undefined {
  if (mountPoints.length === 0) return undefined;
  return mountPoints.map(({ sourceVolume, containerPath }) => {
    const volume = payload.volumes.find(({ name }) => name === sourceVolume);
    const path = volume?.host?.sourcePath;
    return compact({
      DockerName: path === undefined ? sourceVolume : undefined,
      Source: path,
      Destination: containerPath,
    });
  });
}

function networksOf({ payload, live }: Task, v4: boolean, facts: DocumentFacts): Json[] {
  const own = payload.networkInterface;
  if (own === undefined) return [{ NetworkMode: payload.networkMode, IPv4Addresses: [live.sandbox?.address ?? ""] }];
  const plain = { NetworkMode: "awsvpc", IPv4Addresses: [own.privateIpv4Address] };
  if (!v4) return [plain];
  return [
    compact({
      ...plain,
      AttachmentIndex: 0,
      MACAddress: own.macAddress,
      IPv4SubnetCIDRBlock: own.subnetCidr,
      DomainNameServers: facts.resolver === undefined ? undefined : [facts.resolver],
      DomainNameSearchList: [privateDomain(regionOf(payload.taskArn))],
      PrivateDNSName: own.privateDnsName,
      SubnetGatewayIpv4Address: gatewayOf(own.subnetCidr),
    }),
  ];
}

/** `172.31.16.0/20` -> `172.31.16.1/20`: the first address of a subnet is its router's. */
export function gatewayOf(cidr: string): string {
  const [address = "", prefix] = cidr.split("/");
  const parts = address.split(".").map(Number);
  const last = (parts[3] ?? 0) + 1;
  return `${[...parts.slice(0, 3), last].join(".")}/${prefix}`;
}

function tagMap(tags: TaskPayload["tags"]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

function wholeSeconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function compact(document: Json): Json {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
}
