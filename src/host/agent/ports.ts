import type { PullProgress, RegistryCredentials } from "#host/runtime/driver.ts";
import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import type { LogStreamName } from "#kernel/log-sink.ts";

/** What the agent needs beside the runtime and the network: seams that other parts of the platform fill. */

/** Takes the output of containers to where their `logConfiguration` says. */
export interface TaskLogs {
  /** Makes the destination. Rejects with a `Fault` or `DriverError` when it cannot be; the container is not started. */
  prepare(source: LogSource): Promise<void>;
  /** Reads the container's output from where it has been stored up to. Following twice changes nothing. */
  follow(source: LogSource, runtimeId: string): void;
  /** Resolves when all the output of an ended container is stored. */
  drain(source: LogSource, runtimeId: string): Promise<void>;
  /** Stores what an exec session shows in a stream of its own. Without the group it is lost, as with Amazon ECS. */
  session(sessionId: string, stream: LogStreamName): SessionLog;
  /** Stops reading; what has been read is stored. */
  stop(): Promise<void>;
}

export interface SessionLog {
  /** Resolves when there is room for more. */
  write(data: Uint8Array): Promise<void>;
  /** Resolves when all is stored. */
  end(): Promise<void>;
}

export interface LogSource {
  readonly taskId: string;
  readonly payload: Pick<TaskPayload, "taskArn">;
  readonly container: Pick<ContainerPayload, "name" | "logConfiguration">;
}

/** Resolves what the task definition only names. Values are never stored or logged. Methods may reject. */
export interface SecretResolver {
  /** The value of a secret or parameter by its ARN or name, read with the task's execution role. */
  secret(task: TaskPayload, valueFrom: string): Promise<string>;
  /**
   * The name under which an image is pulled when that is another than its own: from a cache of its registry. Undefined:
   * it is its own.
   */
  pulledAs?(task: TaskPayload, image: string): Promise<string | undefined>;
  /**
   * How to sign in to the registry of the image, by the name under which it is pulled: with what `credentialsParameter`
   * names, or else what the registry itself gives the task's execution role (Amazon ECR). Undefined: anonymously.
   */
  registryCredentials(
    task: TaskPayload,
    image: string,
    credentialsParameter: string | undefined,
  ): Promise<RegistryCredentials | undefined>;
}

/** The credentials of a task's role, as the metadata endpoint serves them. */
export interface CredentialsProvider {
  get(credentialsId: string): Promise<TaskCredentials | undefined>;
}

export interface TaskCredentials {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  /** `2026-01-01T00:00:00Z` */
  readonly Expiration: string;
}

/**
 * What a task says, and is told, of its own protection from scale-ins, with the rights of its role. Rejects with what
 * has no answer of Amazon ECS.
 */
export interface TaskProtection {
  /** Without a change the protection is only read. Undefined: nobody can take the task's role on, or it has none. */
  call(task: TaskPayload, change?: ProtectionChange): Promise<ProtectionAnswer | undefined>;
}

export interface ProtectionChange {
  readonly protectionEnabled: boolean;
  readonly expiresInMinutes?: number;
}

export type ProtectionAnswer =
  | { readonly protection: { readonly taskArn: string; readonly enabled: boolean; readonly expiresAt?: number } }
  | { readonly failure: { readonly arn: string; readonly reason: string; readonly detail?: string } }
  | {
      readonly error: { readonly code: string; readonly message: string; readonly status: number };
      /** Of the call that has failed. */
      readonly requestId: string;
    };

/**
 * When images are pulled, as `ECS_IMAGE_PULL_BEHAVIOR`. `default`: pulled, and the host's copy taken when that fails.
 * `always`: pulled. `once`: pulled unless an earlier task of this host did. `prefer-cached`: pulled unless the host has
 * it. `never`: the host must have it.
 */
export type ImagePullBehavior = "default" | "always" | "once" | "prefer-cached" | "never";

/** Told to whoever shows progress to people. */
export type AgentEvent =
  | { readonly type: "pullStarted"; readonly taskArn: string; readonly containerName: string; readonly image: string }
  | {
      readonly type: "pullProgress";
      readonly taskArn: string;
      readonly containerName: string;
      readonly image: string;
      readonly progress: PullProgress;
    }
  | {
      readonly type: "pullStopped";
      readonly taskArn: string;
      readonly containerName: string;
      readonly image: string;
      /** Why it failed, in the engine's words. */
      readonly error?: string;
    };

export interface AgentOptions {
  readonly agentVersion: string;
  /** `prefer-cached` by default. */
  readonly imagePullBehavior: ImagePullBehavior;
  /**
   * Images that `prefer-cached` asks their registry for all the same: those of the platform's own, which is always
   * there, and in which a tag that a push has moved is to be noticed and the execution role's rights are to count.
   */
  readonly isAskedFor?: (image: string) => boolean;
  /** The platform's endpoint as tasks reach it, given to containers as AWS_ENDPOINT_URL. */
  readonly endpointUrl?: string;
  /** How long the containers of a stopped task are kept; 3 by default (ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION). */
  readonly cleanupWaitSeconds: number;
  /** How long a stopped task's report waits for its logs to be stored; 10 by default. */
  readonly drainWaitSeconds: number;
  /** Isolated sandboxes kept ready; 0 by default. */
  readonly preparedSandboxes: number;
  /** ECS_CONTAINER_CREATE_TIMEOUT, ECS_CONTAINER_START_TIMEOUT: 240 and 180 by default. */
  readonly containerCreateTimeoutSeconds: number;
  readonly containerStartTimeoutSeconds: number;
  /** Everything is listed again this often though nothing has been missed; 300 by default. */
  readonly relistSeconds: number;
  /** The session is opened again when it has been silent for so long after a heartbeat; 120 by default. */
  readonly heartbeatTimeoutSeconds: number;
  /** How often it is told what containers use; 60 by default, the period of CloudWatch. Whole seconds. */
  readonly metricsIntervalSeconds: number;
  readonly onEvent?: (event: AgentEvent) => void;
}

export const defaultAgentOptions: AgentOptions = {
  agentVersion: "estiva",
  imagePullBehavior: "prefer-cached",
  cleanupWaitSeconds: 3,
  drainWaitSeconds: 10,
  preparedSandboxes: 0,
  containerCreateTimeoutSeconds: 240,
  containerStartTimeoutSeconds: 180,
  relistSeconds: 300,
  heartbeatTimeoutSeconds: 120,
  metricsIntervalSeconds: 60,
};
