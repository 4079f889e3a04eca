/** The parts of the Docker Engine API's answers that the driver reads (API 1.41 and newer). */

export interface InfoAnswer {
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Architecture: string;
  readonly ServerVersion: string;
  readonly KernelVersion: string;
  readonly Name: string;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly DockerRootDir: string;
  readonly SecurityOptions?: readonly string[] | null;
}

export interface ImageAnswer {
  readonly Id: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Size: number;
  readonly Os: string;
  readonly Architecture: string;
  readonly Config?: { readonly StopSignal?: string } | null;
}

export interface ContainerAnswer {
  readonly Id: string;
  /** With a leading `/`. */
  readonly Name: string;
  readonly Image: string;
  readonly LogPath?: string;
  /** Processes that were started in it and have not ended. */
  readonly ExecIDs?: readonly string[] | null;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly OOMKilled: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly Error: string;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: {
      readonly Status: string;
      /** The last few checks, the newest at the end. */
      readonly Log?: readonly { readonly Output?: string }[] | null;
    } | null;
  };
  readonly Config: {
    readonly Hostname: string;
    readonly Tty: boolean;
    readonly Labels: Readonly<Record<string, string>> | null;
  };
  readonly HostConfig: {
    readonly LogConfig: { readonly Type: string };
  };
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress: string } | null>> | null;
    readonly Ports?: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
    > | null;
  };
}

export interface ExecAnswer {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  /** As the engine's machine counts processes; 0 before it runs. */
  readonly Pid: number;
  /** In base64 (Docker), or as they were given (podman). */
  readonly DetachKeys?: string;
}

export interface ContainerListEntry {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export interface EventAnswer {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** The counters of a container; those of one that has ended are empty. */
export interface StatsAnswer {
  readonly read?: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op: string; readonly value: number }[] | null;
  };
}

/** One line of the progress that pulls and loads answer with. */
export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}
