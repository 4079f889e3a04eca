import { DriverError } from "#kernel/fault.ts";

const unreachable = new Set([
  "ENOENT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

/** A connection to the engine failed: whatever the cause, the same call may succeed later. */
export function connectionError(cause: unknown, address: string): DriverError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const message = cause instanceof Error ? cause.message : String(cause);
  const denied = code === "EACCES" || code === "EPERM";
  if (denied) {
    return new DriverError("Unauthorized", `The container engine at ${address} may not be used: ${message}`, { cause });
  }
  const why = unreachable.has(code) ? code : message;
  return new DriverError("Unavailable", `The container engine at ${address} does not answer: ${why}`, {
    retryable: true,
    cause,
  });
}

/** What the engine answered with a status of 400 or more. `message` is the engine's own. */
export function answerError(status: number, message: string): DriverError {
  if (isNoSpace(message)) return new DriverError("NoSpace", message, { retryable: true });
  if (isPortInUse(message)) return new DriverError("PortInUse", message);
  if (status === 404) return new DriverError("NotFound", message);
  if (status === 409) return new DriverError("Conflict", message);
  if (status === 400) return new DriverError("InvalidSpec", message);
  if (status === 401 || status === 403) return new DriverError("Unauthorized", message);
  if (status === 503) return new DriverError("Unavailable", message, { retryable: true });
  return new DriverError("Failed", message);
}

function isNoSpace(message: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(message);
}

function isPortInUse(message: string): boolean {
  return /port is already allocated|address already in use/.test(message);
}

const pullReasons: readonly (readonly [RegExp, string, boolean])[] = [
  [/no space left on device|disk quota exceeded/i, "NoSpace", true],
  [/no matching manifest for|does not match the specified platform|no match for platform/i, "PlatformMismatch", false],
  [/pull access denied|unauthorized|authentication required|no basic auth credentials/i, "Unauthorized", false],
  [
    /denied: |requested access to the resource is denied|incorrect username or password|403 Forbidden/i,
    "Unauthorized",
    false,
  ],
  [/manifest unknown|not found|repository .* does not exist|name unknown/i, "NotFound", false],
  [/invalid reference format|invalid repository name|must be lowercase/i, "InvalidSpec", false],
  [/toomanyrequests|rate limit/i, "RateLimited", true],
  [
    /no such host|server misbehaving|no route to host|network is unreachable|connection (refused|reset)|EOF/i,
    "RegistryUnreachable",
    true,
  ],
  [
    /i\/o timeout|Client\.Timeout|context deadline exceeded|TLS handshake|x509|gave HTTP response/i,
    "RegistryUnreachable",
    true,
  ],
];

/**
 * Why an image could not be pulled: `NotFound`, `Unauthorized`, `RegistryUnreachable`, `RateLimited`, `NoSpace`,
 * `PlatformMismatch`, `InvalidSpec` or `Failed`. The engine tells them apart only in its words.
 */
export function pullError(message: string): DriverError {
  for (const [pattern, reason, retryable] of pullReasons) {
    if (pattern.test(message)) return new DriverError(reason, message, { retryable });
  }
  return new DriverError("Failed", message);
}

/** Why an archive could not be loaded: `NoSpace`, or `InvalidSpec` for what is no image. */
export function loadError(message: string): DriverError {
  return answerError(isNoSpace(message) ? 500 : 400, message);
}

/** Whether `error` is a `DriverError` with this reason. */
export function hasReason(error: unknown, reason: string): error is DriverError {
  return error instanceof DriverError && error.reason === reason;
}
