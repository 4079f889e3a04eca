import type { Log } from "#kernel/controller.ts";

/** As many bugs are remembered, for `estiva doctor`; the log has all. */
const most = 10;

/**
 * Bugs that ended with the one request or the one look of a controller that hit them: a commit that the store refused
 * whole, a handler that threw what nobody expects. All others go on: what they read, and what is on disk, is as before.
 * The log has each, and `estiva doctor` tells of them until the next start.
 */
export class Bugs {
  readonly #log: Log;
  readonly #onBug: ((error: unknown) => void) | undefined;
  readonly #found = new Map<string, number>();

  constructor(log: Log, onBug?: (error: unknown) => void) {
    this.#log = log;
    this.#onBug = onBug;
  }

  /** `where` is an operation or a controller: `ecs:RunTask`, `ecs.service`. */
  readonly report = (error: unknown, where: string): void => {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#log.error("A bug was found. Please report it with this line.", { where, error, stack });
    this.#onBug?.(error);
    const what = `${where}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    if (this.#found.has(what) || this.#found.size < most) this.#found.set(what, (this.#found.get(what) ?? 0) + 1);
  };

  problems(): { readonly message: string; readonly mend: string }[] {
    return [...this.#found].map(([what, times]) => {
      const message = `A bug was found ${times === 1 ? "once" : `${times} times`} in ${what}`;
      return { message, mend: "please report it with the lines of the platform's log" };
    });
  }
}
