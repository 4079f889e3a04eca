import type { DataChannel, DataChannelEnd, ExecMessage } from "./data-channel.ts";
import type { LoadBalancersMessage } from "./load-balancing.ts";
import type { NetworkAclSpec } from "./network-acl.ts";
import type { NetworkBinding, PortMapping } from "./port-mapping.ts";
import type { UsageMessage } from "./usage.ts";

/**
 * What the control plane and the agent of a host say to each other, after the protocol of the Amazon ECS container
 * agent: RegisterContainerInstance, DiscoverPollEndpoint and SubmitTaskStateChange towards the control plane; the agent
 * communication session (payloads with sequence numbers, acknowledgements, heartbeats) towards the agent; the telemetry
 * session for health and metrics. Today both ends live in one process; nothing here may assume it: messages are plain
 * JSON data, may be lost, delayed or doubled, and every one can be sent again.
 *
 * Times are milliseconds since the Unix epoch. Names are those of the ECS API.
 */

/** What the agent calls. Every method may reject; the agent then tries again with a growing delay. */
export interface AgentEndpoint {
  registerContainerInstance(request: ContainerInstanceRegistration): Promise<{ containerInstanceArn: string }>;
  /** Opens the agent's session. The control plane first sends one payload with `complete: true`. */
  connect(containerInstanceArn: string, session: AgentSession): AgentConnection;
  /** Resolves when the change is durable. Sending one again changes nothing. */
  submitTaskStateChange(change: TaskStateChange): Promise<void>;
  /** Telemetry: container health. */
  publishHealth(message: HealthMessage): Promise<void>;
  /** Telemetry: what containers use, once an interval while tasks run. */
  publishUsage(message: UsageMessage): Promise<void>;
  /**
   * Opens the agent's end of the data channel of an exec session, as the SSM agent does on Amazon ECS. A session that
   * nobody waits in, or that is open already, is closed at once.
   */
  openDataChannel(sessionId: string, end: DataChannelEnd): DataChannel;
}

/** What the control plane sends on the session. */
export interface AgentSession {
  payload(message: PayloadMessage): void;
  /** The networks of the host's tasks (an extension: Amazon ECS leaves this to EC2). */
  network(message: NetworkMessage): void;
  /** The names that the host's tasks can look up (an extension: Amazon ECS leaves this to Route 53). */
  names(message: NamesMessage): void;
  /** The load balancer nodes that the host runs (an extension: Amazon ECS leaves this to Elastic Load Balancing). */
  loadBalancers(message: LoadBalancersMessage): void;
  exec(message: ExecMessage): void;
  heartbeat(message: { readonly messageId: string }): void;
  /** The session has ended; the agent connects again. */
  closed(reason: string): void;
}

export interface AgentConnection {
  /** The message with this id has been taken over. Unacknowledged messages are sent again. */
  ack(messageId: string): void;
  close(): void;
}

export interface ContainerInstanceRegistration {
  /** Stable over restarts of the host's agent. */
  readonly hostId: string;
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly architecture: "x86_64" | "arm64";
  /** Engine and version: `docker 20.10.24`. */
  readonly runtime: string;
  readonly agentVersion: string;
}

export interface PayloadMessage {
  readonly messageId: string;
  /** Grows with every message; a payload older than one already taken is acknowledged and passed over, task by task. */
  readonly seqNum: number;
  /** All the host's tasks are named: what is running and is not named here is to be removed. */
  readonly complete: boolean;
  readonly tasks: readonly TaskPayload[];
}

export interface TaskPayload {
  readonly taskArn: string;
  readonly seqNum: number;
  /** STOPPED: stop and remove it. The task is named until the agent has reported STOPPED. */
  readonly desiredStatus: "RUNNING" | "STOPPED";
  readonly family: string;
  readonly revision: number;
  readonly clusterName: string;
  readonly serviceName?: string;
  readonly launchType: "FARGATE" | "EC2" | "EXTERNAL";
  readonly availabilityZone: string;
  readonly createdAt: number;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** Hard limits of the whole task; absent: none but those of the containers. 1024 CPU units are one core. */
  readonly cpuUnits?: number;
  readonly memoryMiB?: number;
  readonly ephemeralStorageGiB?: number;
  readonly networkMode: "awsvpc" | "bridge" | "host" | "none";
  /** With awsvpc: the task's network interface. */
  readonly networkInterface?: TaskNetworkInterface;
  readonly pidMode?: "task" | "host";
  readonly ipcMode?: "task" | "host" | "none";
  readonly cpuArchitecture?: "X86_64" | "ARM64";
  /** In the order of the task definition. */
  readonly containers: readonly ContainerPayload[];
  readonly volumes: readonly VolumePayload[];
  readonly enableExecuteCommand: boolean;
  /** It takes part in Service Connect: one of the host's nodes is its proxy, and is to serve before its containers. */
  readonly hasProxy?: boolean;
  /** With a task role: what the task's credentials are known by, an unguessable id. */
  readonly credentialsId?: string;
}

export interface TaskNetworkInterface {
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly macAddress: string;
  readonly privateIpv4Address: string;
  /** `172.31.0.0/20` */
  readonly subnetCidr: string;
  /** `ip-172-31-0-5.ec2.internal` */
  readonly privateDnsName: string;
}

/** A container definition with the overrides of the task applied; fields as in the API's ContainerDefinition. */
export interface ContainerPayload {
  readonly name: string;
  /** What DescribeTasks calls it, for the metadata endpoint. */
  readonly containerArn?: string;
  readonly image: string;
  /** The digest that the service's first task resolved (versionConsistency); the pull is pinned to it. */
  readonly imageDigest?: string;
  readonly essential: boolean;
  /** Share of CPU (1024 a core) among containers in contention; with hard limits only through the task's. */
  readonly cpu: number;
  /** MiB, hard limit; above it the container is killed. */
  readonly memory?: number;
  /** MiB, soft limit. */
  readonly memoryReservation?: number;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** Resolved by the agent at start, never stored: `valueFrom` names a secret or parameter. */
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly repositoryCredentials?: { readonly credentialsParameter: string };
  readonly workingDirectory?: string;
  readonly user?: string;
  readonly hostname?: string;
  readonly disableNetworking?: boolean;
  readonly links?: readonly string[];
  readonly extraHosts?: readonly { readonly hostname: string; readonly ipAddress: string }[];
  readonly dnsServers?: readonly string[];
  readonly dnsSearchDomains?: readonly string[];
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly dockerSecurityOptions?: readonly string[];
  readonly ulimits?: readonly { readonly name: string; readonly softLimit: number; readonly hardLimit: number }[];
  readonly privileged?: boolean;
  readonly readonlyRootFilesystem?: boolean;
  readonly linuxParameters?: LinuxParameters;
  readonly systemControls?: readonly { readonly namespace: string; readonly value: string }[];
  readonly mountPoints: readonly {
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly volumesFrom: readonly { readonly sourceContainer: string; readonly readOnly?: boolean }[];
  readonly portMappings: readonly PortMapping[];
  readonly dependsOn: readonly {
    readonly containerName: string;
    readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
  }[];
  /**
   * Seconds from its start that this container may take to meet a COMPLETE, SUCCESS or HEALTHY condition; after them
   * the containers that wait for it give up, as Amazon ECS does.
   */
  readonly startTimeout?: number;
  /** Seconds between the stop signal and SIGKILL; 30 by default. */
  readonly stopTimeout?: number;
  readonly healthCheck?: HealthCheck;
  readonly restartPolicy?: {
    readonly enabled: boolean;
    readonly ignoredExitCodes?: readonly number[];
    /** Seconds that a container must have run before it is started again; 300 by default. */
    readonly restartAttemptPeriod?: number;
  };
  readonly logConfiguration?: {
    readonly logDriver: string;
    readonly options: Readonly<Record<string, string>>;
  };
  readonly interactive?: boolean;
  readonly pseudoTerminal?: boolean;
}

/** As in the API: `["CMD-SHELL", "curl -f http://localhost/"]`; times in seconds. */
export interface HealthCheck {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod?: number;
}

export interface LinuxParameters {
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly devices?: readonly {
    readonly hostPath: string;
    readonly containerPath?: string;
    readonly permissions?: readonly ("read" | "write" | "mknod")[];
  }[];
  readonly initProcessEnabled?: boolean;
  /** MiB */
  readonly sharedMemorySize?: number;
  readonly tmpfs?: readonly {
    readonly containerPath: string;
    /** MiB */
    readonly size: number;
    readonly mountOptions?: readonly string[];
  }[];
  /** MiB of swap beyond the memory limit. */
  readonly maxSwap?: number;
  readonly swappiness?: number;
}

export interface VolumePayload {
  readonly name: string;
  /** A path on the host; without one the volume lives as long as the task. */
  readonly host?: { readonly sourcePath?: string };
  readonly dockerVolumeConfiguration?: {
    readonly scope: "task" | "shared";
    readonly autoprovision?: boolean;
    readonly driver?: string;
    readonly driverOpts?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** SubmitTaskStateChange: the whole of what the agent knows of a task; it replaces what was said before. */
export interface TaskStateChange {
  readonly taskArn: string;
  /**
   * PENDING: taken over. RUNNING: every container has started (some may have ended since). STOPPED: all have ended, and
   * the network interface is free.
   */
  readonly status: "PENDING" | "RUNNING" | "STOPPED";
  /** Grows with every change of this task, so that a late or doubled message is known as such. */
  readonly sequence: number;
  readonly stopCode?: "TaskFailedToStart" | "EssentialContainerExited";
  /** With STOPPED, or when the task is about to stop by itself: why, in ECS's words. */
  readonly reason?: string;
  readonly containers: readonly ContainerStateChange[];
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  /** When every container had started. */
  readonly startedAt?: number;
  /** When the first essential container had ended. */
  readonly executionStoppedAt?: number;
}

export interface ContainerStateChange {
  readonly containerName: string;
  readonly status: "PENDING" | "RUNNING" | "STOPPED";
  readonly runtimeId?: string;
  readonly imageDigest?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly restartCount?: number;
  readonly networkBindings?: readonly NetworkBinding[];
}

export type HealthStatus = "HEALTHY" | "UNHEALTHY" | "UNKNOWN";

export interface HealthMessage {
  readonly tasks: readonly {
    readonly taskArn: string;
    readonly containers: readonly {
      readonly containerName: string;
      readonly healthStatus: HealthStatus;
      readonly statusSince: number;
      /** Of an unhealthy container: what its last health check wrote (an extension). */
      readonly output?: string;
    }[];
  }[];
}

/** What the host's network must be. It replaces the message before it. */
export interface NetworkMessage {
  readonly messageId: string;
  readonly seqNum: number;
  readonly network: HostNetworkSpec;
}

/** The VPCs that a host takes part in. Plain data, in no particular order. */
export interface HostNetworkSpec {
  readonly vpcs: readonly VpcSpec[];
}

export interface VpcSpec {
  readonly vpcId: string;
  /** Private DNS names are made of it. */
  readonly region: string;
  readonly cidrs: readonly string[];
  readonly subnets: readonly SubnetSpec[];
  readonly securityGroups: readonly SecurityGroupSpec[];
  /** All interfaces of the VPC, those of other hosts too: rules that refer to groups need their addresses. */
  readonly interfaces: readonly InterfaceSpec[];
}

export interface SubnetSpec {
  readonly subnetId: string;
  readonly cidr: string;
  /** Whether its route table sends 0.0.0.0/0 out: through an internet gateway, or for all through a NAT gateway. */
  readonly egress: "internet-gateway" | "nat-gateway" | "none";
  readonly acl?: NetworkAclSpec;
}

export interface InterfaceSpec {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly privateIpv4Address: string;
  readonly macAddress: string;
  readonly securityGroupIds: readonly string[];
  /** Outbound access through an internet gateway needs one. */
  readonly hasPublicIp: boolean;
  /** Drop packets whose source is not its own address. */
  readonly sourceDestCheck: boolean;
  /** It is a load balancer's: it may connect to the ports of the host that tasks on container instances have. */
  readonly isLoadBalancer?: boolean;
}

export interface SecurityGroupSpec {
  readonly groupId: string;
  readonly ingress: readonly SecurityRuleSpec[];
  readonly egress: readonly SecurityRuleSpec[];
}

export interface SecurityRuleSpec {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number as text, or `-1` for all. */
  readonly protocol: string;
  /** Ports, or ICMP type (`fromPort`) and code (`toPort`); -1 or absent: all. */
  readonly fromPort?: number;
  readonly toPort?: number;
  /** The other side: an IPv4 range, or a security group. */
  readonly peer: { readonly cidr: string } | { readonly groupId: string };
}

/** What tasks can look up beside the names of their VPC's own addresses. It replaces the message before it. */
export interface NamesMessage {
  readonly messageId: string;
  readonly seqNum: number;
  readonly names: HostNamesSpec;
}

/** The private domains of VPCs. Plain data in no particular order; names are in lower case and end in no dot. */
export interface HostNamesSpec {
  readonly vpcs: readonly VpcNamesSpec[];
}

export interface VpcNamesSpec {
  readonly vpcId: string;
  readonly zones: readonly ZoneSpec[];
}

/** A domain that the VPC's resolver answers for: what is in it and is not named here does not exist. */
export interface ZoneSpec {
  /** `example.local` */
  readonly name: string;
  /** How long it may be remembered that there is no such name or record. */
  readonly negativeTtlSeconds: number;
  readonly sets: readonly RecordSetSpec[];
}

/** The records of one name and type. */
export type RecordSetSpec = {
  /** `web.example.local` */
  readonly name: string;
  readonly ttlSeconds: number;
  /** How many of the values an answer has at most; which ones is drawn for each query. */
  readonly answers: number;
} & (
  | { readonly type: "A" | "CNAME"; readonly values: readonly string[] }
  | { readonly type: "SRV"; readonly values: readonly SrvSpec[] }
);

export interface SrvSpec {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}
