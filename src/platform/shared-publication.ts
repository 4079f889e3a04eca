import type { HostNamesSpec } from "#kernel/agent-protocol.ts";

/**
 * Lets several services tell the hosts of one kind of thing, where a message replaces the one before it: each has a
 * part of its own, and all parts are published together.
 */
export class SharedPublication<T> {
  readonly #publish: (all: T) => void;
  readonly #merge: (parts: readonly T[]) => T;
  readonly #parts: (() => T | undefined)[] = [];

  /** `merge` makes one of all parts; of none at all what there is when nobody has any. */
  constructor(merge: (parts: readonly T[]) => T, publish: (all: T) => void) {
    this.#merge = merge;
    this.#publish = publish;
  }

  /**
   * What a service publishes its part with. While it has published none and `hasAny` says that it is about to, nobody's
   * are published: with a start nothing is gone for a moment.
   */
  part(hasAny: () => boolean): (own: T) => void {
    let own: T | undefined;
    this.#parts.push(() => own ?? (hasAny() ? undefined : this.#merge([])));
    return (part) => {
      own = part;
      this.#bring();
    };
  }

  #bring(): void {
    const parts = this.#parts.map((part) => part());
    if (parts.includes(undefined)) return;
    this.#publish(this.#merge(parts as T[]));
  }
}

/** The zones of all, by VPC. */
export function mergeNames(parts: readonly HostNamesSpec[]): HostNamesSpec {
  const byVpc = Map.groupBy(
    parts.flatMap(({ vpcs }) => vpcs),
    ({ vpcId }) => vpcId,
  );
  return { vpcs: [...byVpc].map(([vpcId, each]) => ({ vpcId, zones: each.flatMap(({ zones }) => zones) })) };
}
