import type { ImageInfo, PullProgress, RegistryCredentials, RuntimeDriver } from "#host/runtime/driver.ts";
import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import type { AgentEvent, ImagePullBehavior, SecretResolver } from "./ports.ts";

export interface ImagesOptions {
  readonly driver: RuntimeDriver;
  readonly secrets: SecretResolver | undefined;
  readonly behavior: ImagePullBehavior;
  /** See `AgentOptions`. */
  readonly isAskedFor?: ((image: string) => boolean) | undefined;
  readonly onEvent: ((event: AgentEvent) => void) | undefined;
}

/** Gets images for containers. Tasks that want the same image at the same time share one pull. */
export interface Images {
  /**
   * The image of a container, pulled if need be. Rejects with a `DriverError`: the driver's, `NotPresent` (it may not
   * be pulled, and is not there), `NoMatchingPlatform`, or `ResourceInitializationError` when there are no credentials.
   */
  ensure(task: TaskPayload, container: ContainerPayload, signal: AbortSignal): Promise<ImageInfo>;
  /** Images that earlier tasks of this host have used, for `once`. */
  markUsed(reference: string): void;
}

export function createImages({ driver, secrets, behavior, isAskedFor, onEvent }: ImagesOptions): Images {
  const pulledBefore = new Set<string>();
  const cached = async (reference: string) => {
    const found = await driver.findImage(reference);
    if (found === undefined) throw new DriverError("NotPresent", `image ${reference} is not present on this host`);
    return found;
  };
  const behaviorFor = (image: string) => (behavior === "prefer-cached" && isAskedFor?.(image) ? "always" : behavior);
  const pull = async (task: TaskPayload, container: ContainerPayload, reference: string, signal: AbortSignal) => {
    const what = { taskArn: task.taskArn, containerName: container.name, image: container.image };
    const credentials = await registryCredentials(secrets, task, container, reference);
    onEvent?.({ type: "pullStarted", ...what });
    const platform = platformOf(task);
    const image = await driver.pullImage(reference, {
      signal,
      onProgress: (progress: PullProgress) => onEvent?.({ type: "pullProgress", ...what, progress }),
      ...(platform === undefined ? {} : { platform }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    pulledBefore.add(reference);
    onEvent?.({ type: "pullStopped", ...what });
    return image;
  };
  return {
    markUsed: (reference) => pulledBefore.add(reference),
    async ensure(task, container, signal) {
      const name = (secrets?.pulledAs && (await secrets.pulledAs(task, container.image))) ?? container.image;
      const reference = pinnedReference(name, container.imageDigest);
      const doPull = () => pull(task, container, reference, signal);
      const tell = (error: unknown) => {
        const what = { taskArn: task.taskArn, containerName: container.name, image: container.image };
        onEvent?.({ type: "pullStopped", ...what, error: error instanceof Error ? error.message : String(error) });
      };
      try {
        const usedBefore = pulledBefore.has(reference);
        const image = await byBehavior(behaviorFor(name), usedBefore, reference, driver, cached, doPull, tell);
        return matchPlatform(task, image);
      } catch (error) {
        tell(error);
        throw error;
      }
    },
  };
}

async function byBehavior(
  behavior: ImagePullBehavior,
  pulledBefore: boolean,
  reference: string,
  driver: RuntimeDriver,
  cached: (reference: string) => Promise<ImageInfo>,
  pull: () => Promise<ImageInfo>,
  tell: (error: unknown) => void,
): Promise<ImageInfo> {
  switch (behavior) {
    case "never":
      return cached(reference);
    case "always":
      return pull();
    case "once":
      return (pulledBefore ? await driver.findImage(reference) : undefined) ?? pull();
    case "prefer-cached":
      return (await driver.findImage(reference)) ?? pull();
    case "default":
      return pull().catch(async (error: unknown) => {
        const found = await driver.findImage(reference);
        if (found === undefined) throw error;
        tell(error);
        return found;
      });
  }
}

/** `busybox:1.36` and `sha256:ab...` -> `busybox@sha256:ab...`: the tag may have moved since it was resolved. */
export function pinnedReference(image: string, digest: string | undefined): string {
  if (digest === undefined || image.includes("@")) return image;
  const slash = image.lastIndexOf("/");
  const colon = image.indexOf(":", slash + 1);
  return `${colon < 0 ? image : image.slice(0, colon)}@${digest}`;
}

function platformOf({ cpuArchitecture }: TaskPayload): string | undefined {
  if (cpuArchitecture === undefined) return undefined;
  return cpuArchitecture === "ARM64" ? "linux/arm64" : "linux/amd64";
}

function matchPlatform(task: TaskPayload, image: ImageInfo): ImageInfo {
  const wanted = platformOf(task);
  const names: Record<string, string> = { x86_64: "amd64", aarch64: "arm64" };
  const has = `${image.os}/${names[image.architecture] ?? image.architecture}`;
  if (wanted === undefined || image.architecture === "" || wanted === has) return image;
  throw new DriverError(
    "NoMatchingPlatform",
    `image Manifest does not contain descriptor matching platform '${wanted}'`,
  );
}

async function registryCredentials(
  secrets: SecretResolver | undefined,
  task: TaskPayload,
  container: ContainerPayload,
  reference: string,
): Promise<RegistryCredentials | undefined> {
  const parameter = container.repositoryCredentials?.credentialsParameter;
  if (secrets === undefined && parameter === undefined) return undefined;
  try {
    if (secrets === undefined) throw new Error("this platform has no store of secrets");
    return await secrets.registryCredentials(task, reference, parameter);
  } catch (cause) {
    // Where the definition names none, it is the token of Amazon ECR that could not be had.
    const what = parameter === undefined ? "ecr registry auth" : `${parameter} from asm`;
    throw resourceError(`unable to retrieve ${what}`, cause);
  }
}

/** The error under which Amazon ECS names secrets and registry credentials that it cannot get. */
export function resourceError(what: string, cause: unknown): DriverError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DriverError(
    "ResourceInitializationError",
    "unable to pull secrets or registry auth: execution resource retrieval failed: " +
      `${what}: service call has been retried 1 time(s): ${message}`,
    { cause },
  );
}
