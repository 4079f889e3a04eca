/**
 * The four kinds of error of the platform. Anything else that is thrown is a bug and is treated as a broken invariant.
 */

/**
 * What a caller is told: an error of the operation's model or one of AWS's common errors. The gateway turns it into the
 * protocol's error shape; it checks `code` against the operation's model.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  /** The error's code, as on the wire: `ClusterNotFoundException`. */
  readonly code: string;
  /** HTTP status; when absent the gateway takes the one of the error's model, else 400. */
  readonly status: number | undefined;
  /** Further members of the error's shape, by their names in the model. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: { status?: number; members?: Record<string, unknown> } = {}) {
    super(message);
    this.code = code;
    this.status = options.status;
    this.members = options.members ?? {};
  }
}

/** What was read has changed before the commit: the work is to be run again, by `rerun` or by control. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  /** The first key that had changed. */
  readonly key: string;

  constructor(key: string) {
    super(`Changed since it was read: ${key}`);
    this.key = key;
  }
}

/** A runtime, the network or a file system could not do what it was told. */
export class DriverError extends Error {
  override readonly name = "DriverError";
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** A word that callers can switch on: `NotFound`, `Conflict`, `Unavailable`, `Unauthorized`, `NoSpace`... */
  readonly reason: string;

  constructor(reason: string, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.retryable = options.retryable ?? false;
  }
}

/**
 * Something that cannot be has happened: a bug. A request is answered with an internal failure, a reconcile is tried
 * again later, and the bug is told; thrown anywhere else it ends the process, which starts clean.
 */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws an `InvariantError` when `condition` does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Whether this is none of the errors that the platform throws on purpose. */
export function isBug(error: unknown): boolean {
  return !(error instanceof Fault || error instanceof ConflictError || error instanceof DriverError);
}
