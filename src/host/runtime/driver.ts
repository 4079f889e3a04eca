import type { Subscription } from "#kernel/store.ts";

/**
 * What runs containers. It is shaped by the sandbox (a network namespace and the containers in it), because an ECS task
 * and a Kubernetes pod are the same thing to a host. Drivers: Docker Engine, containerd (later), and a fake; all pass
 * `test/contracts/runtime-driver.ts`. Failures are `DriverError`s: `NotFound`, `Conflict`, `Unavailable` (the engine
 * does not answer; retryable), `Unauthorized`, `NoSpace`, `PortInUse`, `PortsUnavailable`, `InvalidSpec`, `Failed`.
 *
 * Everything that a driver makes carries the owner label that the driver was made with, so that a restarted agent can
 * find and adopt it, and nothing else on the engine is ever touched.
 */
export interface RuntimeDriver {
  readonly name: string;
  info(): Promise<RuntimeInfo>;

  /** The image if the host has it. Accepts a tag, a digest or an id. */
  findImage(reference: string): Promise<ImageInfo | undefined>;
  /** Pulls an image; concurrent pulls of one reference share the work. Aborting the signal gives up waiting. */
  pullImage(reference: string, options: PullOptions): Promise<ImageInfo>;
  /** Loads a `docker save` or OCI archive. */
  importImage(archive: AsyncIterable<Uint8Array> | Uint8Array): Promise<ImageInfo>;

  /**
   * Makes and starts a sandbox: namespaces that its containers share, held by a pause process. Isolated ones may come
   * from a stock prepared ahead (see `prepareSandboxes`), then under the hostname that they were prepared with.
   */
  createSandbox(spec: SandboxSpec): Promise<Sandbox>;
  /**
   * Keeps this many isolated sandboxes ready, made when the engine is idle. Resolves when those beyond the number are
   * removed; 0 removes all.
   */
  prepareSandboxes(count: number): Promise<void>;
  /**
   * Ends the sandbox's own process: its address and its ports of the host are free when it resolves. Containers that
   * have ended stay until the sandbox is removed. One that has ended, or is not there, is no error.
   */
  stopSandbox(sandboxId: string): Promise<void>;
  /** Ends and removes the sandbox with every container in it. Removing what is not there succeeds. */
  removeSandbox(sandboxId: string): Promise<void>;

  /** Makes a container without starting it. Resolves with the runtime's id. */
  createContainer(sandboxId: string, spec: ContainerSpec): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** Sends a signal (`SIGTERM`). A container that has ended already is no error. */
  signalContainer(containerId: string, signal: string): Promise<void>;
  /** Kills it if need be, and removes it with its anonymous volumes. Removing what is not there succeeds. */
  removeContainer(containerId: string): Promise<void>;
  inspectContainer(containerId: string): Promise<ContainerStatus>;

  /**
   * The owner's sandboxes with their containers, ended ones included; prepared and unused ones are left out. One whose
   * pause process somebody has removed has ended, for as long as there are containers of it.
   */
  listSandboxes(): Promise<SandboxStatus[]>;

  /**
   * Tells of changes as they happen, without polling. `resync` means that events may have been missed (the connection
   * to the engine was lost and is back): the agent then lists everything. Delivered at once after subscribing too.
   */
  watch(onEvent: (event: RuntimeEvent) => void): Subscription;

  /**
   * The container's output from after `since`, following it until it ends or the signal aborts. Records carry the
   * runtime's own timestamps, never go back in time, and are whole lines (a line over 16 KiB may come in parts with
   * `partial` set). Starting again from a record's position gives the records after it, none twice.
   */
  readLogs(containerId: string, options: ReadLogsOptions): AsyncIterable<readonly LogRecord[]>;
  /** One reading of the container's counters, in the shape of Docker's stats (which the metadata endpoint serves). */
  containerStats(containerId: string): Promise<Record<string, unknown>>;
  /** The counters of many running containers in one pass, by their ids. Those that do not run any more are left out. */
  readUsage(containers: readonly RunningContainer[]): Promise<ReadonlyMap<string, UsageCounters>>;
  /**
   * The counters of a sandbox's network interfaces by their names, without loopback, by its pause process. Undefined
   * when it has ended, or where the engine's kernel is another machine's.
   */
  readNetworks(pid: number): Promise<Readonly<Record<string, NetworkCounters>> | undefined>;

  /** A volume shared by name; making one that exists returns it. */
  createVolume(spec: VolumeSpec): Promise<void>;
  removeVolume(name: string): Promise<void>;
  listVolumes(): Promise<{ name: string; labels: Record<string, string> }[]>;

  /** Runs a process in a running container. Resolves once it has started. */
  exec(containerId: string, spec: ExecSpec): Promise<ExecProcess>;
  /**
   * Ends the processes in a running container that earlier drivers of this owner have started by `exec` and left
   * behind in a crash.
   */
  endLostExecs(containerId: string): Promise<void>;
  close(): Promise<void>;
}

export interface RuntimeInfo {
  readonly name: string;
  readonly version: string;
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly architecture: "x86_64" | "arm64";
  readonly cgroupVersion: 1 | 2;
  readonly rootless: boolean;
  /** Whether the engine's kernel is this machine's (false: it lives in a virtual machine). */
  readonly local: boolean;
  /** Whether `SandboxSpec.resources` is enforced; else only the containers' own limits are. */
  readonly sandboxLimits: boolean;
  /** What cannot be done here and why, one sentence each, for people. */
  readonly limitations: readonly string[];
}

export interface ImageInfo {
  /** The image's id in the runtime: `sha256:...`. */
  readonly id: string;
  /** The digest of the manifest it was pulled by, if the runtime knows one: `sha256:...`. */
  readonly digest: string | undefined;
  readonly os: string;
  readonly architecture: string;
  /** The image's STOPSIGNAL, if it names one. */
  readonly stopSignal?: string;
}

export interface PullOptions {
  readonly credentials?: RegistryCredentials;
  /** `linux/amd64`, `linux/arm64`. */
  readonly platform?: string;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
}
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}
export interface PullProgress {
  readonly layersDone: number;
  readonly layersTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface SandboxSpec {
  /** Unique among the owner's sandboxes; letters, digits, `-`. By it a sandbox is known again. */
  readonly name: string;
  readonly hostname: string;
  /**
   * `isolated`: a network namespace of its own with nothing but loopback; the platform plugs it in.
   * `bridge`: the engine's default bridge, with `portMappings`. `host`: the host's network. `none`: loopback only.
   */
  readonly network: "isolated" | "bridge" | "host" | "none";
  readonly portMappings: readonly PublishedPort[];
  /** Limits of all the sandbox's containers together. */
  readonly resources: { readonly cpuUnits?: number; readonly memoryMiB?: number };
  readonly sysctls: Readonly<Record<string, string>>;
  /** Whether containers share the PID namespace of the sandbox, and its IPC namespace. */
  readonly sharePid: boolean;
  readonly shareIpc: boolean;
}
export interface SandboxPort {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: "tcp" | "udp";
  readonly hostIp: string;
}
export interface PublishedPort extends SandboxPort {
  /** 0 leaves the choice to the driver; what it has chosen is in `Sandbox.ports`. */
  readonly hostPort: number;
  /**
   * Absent: one port. Else as many from `containerPort` on, with ports of the host in a row from one that the driver
   * chooses. Making the sandbox fails with `PortsUnavailable` when the host has not so many in a row.
   */
  readonly count?: number;
}

export interface Sandbox {
  readonly id: string;
  readonly hostname: string;
  /** The pause process in the engine's PID namespace; its network namespace is /proc/PID/ns/net. */
  readonly pid: number;
  /** On the engine's bridge; absent with other networks, and when the sandbox has ended. */
  readonly address?: string;
  readonly ports: readonly SandboxPort[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Id or reference of an image that the host has. */
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `NAME=value` */
  readonly environment: readonly string[];
  readonly workingDirectory?: string;
  readonly user?: string;
  readonly interactive: boolean;
  readonly tty: boolean;
  readonly readonlyRootfs: boolean;
  readonly privileged: boolean;
  readonly init: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOptions: readonly string[];
  readonly devices: readonly {
    readonly hostPath: string;
    readonly containerPath: string;
    readonly permissions: string;
  }[];
  /** Relative share; absent: the engine's default. */
  readonly cpuShares?: number;
  /** Hard limit, in units of 1/1024 core; clamped to the cores that there are. */
  readonly cpuUnits?: number;
  readonly memoryMiB?: number;
  readonly memoryReservationMiB?: number;
  /** MiB of swap beyond the memory limit; 0: none. */
  readonly swapMiB?: number;
  readonly swappiness?: number;
  readonly shmSizeMiB?: number;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly tmpfs: readonly { readonly path: string; readonly options: string }[];
  readonly mounts: readonly {
    readonly type: "bind" | "volume";
    /** A path on the engine's machine, or a volume's name. */
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  /** Containers of the sandbox whose mounts are taken over. */
  readonly volumesFrom: readonly { readonly containerId: string; readonly readOnly: boolean }[];
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly retries: number;
    readonly startPeriodSeconds: number;
  };
  readonly stopSignal?: string;
  /** No network at all, though the sandbox has one. */
  readonly disableNetworking: boolean;
  readonly pidMode: "private" | "sandbox" | "host";
  readonly ipcMode: "private" | "sandbox" | "host" | "none";
  /** Keep the output for `readLogs` until the container is removed. */
  readonly keepLogs: boolean;
  /** The engine itself starts it again, soon, whenever it ends by itself; absent: it stays ended. */
  readonly restart?: "always";
}

export interface SandboxStatus extends Sandbox {
  readonly name: string;
  readonly running: boolean;
  readonly containers: readonly ContainerStatus[];
}

export interface ContainerStatus {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly imageId: string;
  readonly state: "created" | "running" | "exited";
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  /** The engine's word on why it could not start or go on. */
  readonly error: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /** Of an unhealthy container: what its last health check wrote, where the engine tells. */
  readonly healthOutput?: string;
  readonly pid: number;
}

export type RuntimeEvent =
  | { readonly type: "resync" }
  /** The connection to the engine is lost; a `resync` follows when it is back. */
  | { readonly type: "unavailable"; readonly cause: string }
  | {
      readonly type: "started" | "exited" | "health" | "removed" | "oom";
      readonly containerId: string;
      /** Empty for the pause container itself. */
      readonly labels: Readonly<Record<string, string>>;
      readonly sandboxName: string;
    };

export interface ReadLogsOptions {
  /** As in `LogPosition`: the time of the last record seen and how many with that time were seen. */
  readonly since?: { readonly timeNanos: string; readonly count: number };
  readonly follow: boolean;
  readonly signal: AbortSignal;
}
export interface LogRecord {
  /** Nanoseconds since the epoch, as decimal digits. */
  readonly timeNanos: string;
  readonly stream: "stdout" | "stderr";
  /** Without the line's end. */
  readonly message: Uint8Array;
  readonly partial: boolean;
}

/** A container by its id and the process that it runs, in the engine's PID namespace. */
export type RunningContainer = Pick<ContainerStatus, "id" | "pid">;

export interface UsageCounters {
  /** When it was read, in milliseconds since the epoch. */
  readonly at: number;
  /** Processor time since the container's start. */
  readonly cpuNanos: number;
  /** Memory in use, without the page cache. */
  readonly memoryBytes: number;
  /** From and to block devices since the container's start. */
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** In the names of Docker's stats. */
export type NetworkCounters = Readonly<
  Record<
    "rx_bytes" | "rx_packets" | "rx_errors" | "rx_dropped" | "tx_bytes" | "tx_packets" | "tx_errors" | "tx_dropped",
    number
  >
>;

export interface VolumeSpec {
  readonly name: string;
  readonly driver?: string;
  readonly driverOptions?: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ExecSpec {
  readonly command: readonly string[];
  readonly tty: boolean;
  /** Of the terminal. Engines that cannot start with it set it at once after the start. */
  readonly size?: { readonly columns: number; readonly rows: number };
  readonly environment?: readonly string[];
  readonly user?: string;
}
/** The process waits where its output is not read, and `write` where it does not read its input. */
export interface ExecProcess {
  /** Ends with the process. With a terminal all is stdout. */
  readonly output: AsyncIterable<{ readonly stream: "stdout" | "stderr"; readonly data: Uint8Array }>;
  write(data: Uint8Array): Promise<void>;
  /** Ends the input, unless it is a terminal: there Ctrl-D is typed for it. */
  closeInput(): void;
  resize(columns: number, rows: number): Promise<void>;
  /** Resolves with the exit code, once the output has been read; rejects when it cannot be known. */
  readonly exited: Promise<number>;
  /**
   * Ends it and what it has started, as when its terminal is closed: with SIGHUP, and soon with SIGKILL; what has made
   * itself independent goes on. The output ends. Resolves when that is done; an ended process is no error.
   */
  kill(): Promise<void>;
}
