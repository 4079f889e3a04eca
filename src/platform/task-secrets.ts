import type { Operations as EcrOperations } from "#generated/ecr/types.ts";
import type { Operations as SecretsOperations } from "#generated/secretsmanager/types.ts";
import type { Operations as SsmOperations } from "#generated/ssm/types.ts";
import type { SecretResolver } from "#host/agent/ports.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { type Arn, parseArn } from "#kernel/arn.ts";
import { ConflictError, DriverError, Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import { type Random, uuid } from "#kernel/random.ts";
import type { ActAs } from "./act-as.ts";
import { type ExecutionRoleOptions, executionCaller, taskOfArn } from "./execution-role.ts";
import { isPublic } from "./public-images.ts";
import { readSecretReference, valueOfJsonKey } from "./secret-reference.ts";

export interface TaskSecretsOptions extends ExecutionRoleOptions {
  readonly random: Random;
  readonly actAs: ActAs;
  /** Whether this is the platform's own registry: `127.0.0.1:4566`, `000000000000.dkr.ecr.us-east-1.localhost:4566`. */
  readonly isOwnRegistry: (host: string) => boolean;
  /** The name of a public image in this platform's registry, when a rule there caches it and the caller may use it. */
  readonly cachedImage?: (reader: Reader, image: string) => string | undefined;
}

type GetAuthorizationToken = EcrOperations["GetAuthorizationToken"];
type GetSecretValue = SecretsOperations["GetSecretValue"];
type GetParameters = SsmOperations["GetParameters"];

/** Whose secrets are read, and in which region those that are named without one are. */
export interface Reader {
  readonly caller: Caller;
  readonly region: string;
}

/**
 * Reads the secrets of containers as the execution role of their task, each time that a container is made. What
 * rejects has the words of the AWS SDK that Amazon ECS uses; no value is in them.
 */
export function createTaskSecrets(options: TaskSecretsOptions): SecretResolver {
  return {
    async secret(task, valueFrom) {
      const reader = await readerOf(task, options);
      const arn = parseArn(valueFrom);
      return arn?.service === "secretsmanager"
        ? secretValue(options, reader, valueFrom)
        : parameterValue(options, reader, valueFrom, arn);
    },
    async pulledAs(task, image) {
      if (!isPublic(image) || options.cachedImage === undefined) return undefined;
      // Without a role that can be taken on, it is pulled as if there was no cache.
      const reader = await readerOf(task, options).catch((error: unknown) => {
        if (error instanceof DriverError) return undefined;
        throw error;
      });
      return reader && options.cachedImage(reader, image);
    },
    async registryCredentials(task, image, credentialsParameter) {
      if (credentialsParameter === undefined) {
        return options.isOwnRegistry(registryOf(image))
          ? ecrCredentials(options, await readerOf(task, options))
          : undefined;
      }
      const reader = await readerOf(task, options);
      const text = await secretString(options, reader, { SecretId: credentialsParameter });
      return credentialsIn(text, credentialsParameter);
    },
  };
}

/** The host in an image's name; empty for Docker Hub's, which have none. */
export function registryOf(image: string): string {
  const [host = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(host) ? host : "";
}

/** As Amazon ECR gives them to an execution role, when that may have them. */
async function ecrCredentials({ actAs, random }: TaskSecretsOptions, { caller, region }: Reader) {
  const call = {
    caller,
    region,
    account: caller.account,
    service: "ecr",
    operation: "GetAuthorizationToken",
    input: {},
  };
  const { authorizationData } = await actAs<GetAuthorizationToken["output"]>(call).catch((error: unknown) => {
    throw asSdkError(error, "operation error ECR: GetAuthorizationToken", random);
  });
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString("utf8");
  const colon = token.indexOf(":");
  return { username: token.slice(0, colon), password: token.slice(colon + 1) };
}

async function readerOf(payload: TaskPayload, options: TaskSecretsOptions): Promise<Reader> {
  const task = await taskOfArn(options.store, payload.taskArn);
  if (task === undefined) throw new DriverError("NotFound", `The task ${payload.taskArn} is missing.`);
  const roleArn = task.executionRoleArn;
  if (roleArn === undefined) throw new DriverError("InvalidSpec", "the task has no execution role");
  return { caller: await executionCaller(options, task, roleArn), region: task.region };
}

async function secretValue(options: TaskSecretsOptions, reader: Reader, valueFrom: string): Promise<string> {
  const { secretId, jsonKey, versionStage, versionId } = readSecretReference(valueFrom);
  const text = await secretString(options, reader, {
    SecretId: secretId,
    ...(versionStage && { VersionStage: versionStage }),
    ...(versionId && { VersionId: versionId }),
  });
  return jsonKey === undefined ? text : valueOfJsonKey(text, jsonKey);
}

async function secretString(
  { actAs, random }: TaskSecretsOptions,
  { caller, region }: Reader,
  input: GetSecretValue["input"],
): Promise<string> {
  const place = { caller, account: caller.account, region: parseArn(input.SecretId)?.region ?? region };
  const call = { ...place, service: "secretsmanager", operation: "GetSecretValue", input };
  const failed = `failed to fetch secret ${input.SecretId} from secrets manager: `;
  const { SecretString } = await actAs<GetSecretValue["output"]>(call).catch((error: unknown) => {
    throw asSdkError(error, `${failed}operation error Secrets Manager: GetSecretValue`, random);
  });
  if (SecretString !== undefined) return SecretString;
  throw new DriverError("InvalidSpec", `${failed}secrets that hold binary data are not supported`);
}

async function parameterValue(
  { actAs, random }: TaskSecretsOptions,
  { caller, region }: Reader,
  valueFrom: string,
  arn: Arn | undefined,
): Promise<string> {
  const place = { caller, account: caller.account, region: arn?.region ?? region };
  const input: GetParameters["input"] = { Names: [valueFrom], WithDecryption: true };
  const call = { ...place, service: "ssm", operation: "GetParameters", input };
  const { Parameters } = await actAs<GetParameters["output"]>(call).catch((error: unknown) => {
    throw asSdkError(error, "operation error SSM: GetParameters", random);
  });
  const value = Parameters?.[0]?.Value;
  if (value !== undefined) return value;
  throw new DriverError("NotFound", `invalid ssm parameters: ${valueFrom}`);
}

/** How the AWS SDK for Go tells what a service refused. Whoever keeps changing what is read may be done in a moment. */
function asSdkError(cause: unknown, operation: string, random: Random): unknown {
  if (cause instanceof ConflictError) return new DriverError("Conflict", cause.message, { retryable: true, cause });
  if (!(cause instanceof Fault)) return cause;
  const kind = cause.code === "AccessDeniedException" ? "api error " : "";
  const answer = `https response error StatusCode: ${cause.status ?? 400}, RequestID: ${uuid(random)}`;
  const message = `${operation}, ${answer}, ${kind}${cause.code}: ${cause.message}`;
  return new DriverError(cause.code, message, { cause });
}

/** `{"username": "...", "password": "..."}`: how private registries' credentials are kept for Amazon ECS. */
function credentialsIn(text: string, secretId: string) {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    found = undefined;
  }
  const { username, password } = (found ?? {}) as { readonly username?: unknown; readonly password?: unknown };
  if (typeof username === "string" && typeof password === "string") return { username, password };
  const message = `the secret ${secretId} is not of the form {"username": "...", "password": "..."}`;
  throw new DriverError("InvalidSpec", message);
}
