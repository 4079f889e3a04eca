import type { Clock, Timer } from "#kernel/clock.ts";
import type { LeaseId } from "#kernel/store.ts";

interface Lease {
  readonly ttlSeconds: number;
  readonly keys: Set<string>;
  timer: Timer | undefined;
  /** Its end has been decided; it takes no renewals and no records any more. */
  ending: boolean;
}

/** The leases of an engine, the keys that hang on each, and one timer for each. */
export class Leases {
  readonly #leases = new Map<LeaseId, Lease>();
  readonly #clock: Clock;
  readonly #onExpired: (lease: LeaseId) => void;

  constructor(clock: Clock, onExpired: (lease: LeaseId) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Takes up a granted lease; its time starts now. */
  open(id: LeaseId, ttlSeconds: number): void {
    const lease: Lease = { ttlSeconds, keys: new Set(), timer: undefined, ending: false };
    this.#leases.set(id, lease);
    this.#arm(id, lease);
  }

  isAlive(id: LeaseId): boolean {
    return this.#leases.get(id)?.ending === false;
  }

  /** Starts its time anew. False when it has ended. */
  renew(id: LeaseId): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.ending) return false;
    lease.timer?.cancel();
    this.#arm(id, lease);
    return true;
  }

  /** From now on the lease counts as ended. */
  beginEnd(id: LeaseId): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    lease.ending = true;
    lease.timer?.cancel();
  }

  /** The end could not be made durable: asks for it again in a second. */
  retryEnd(id: LeaseId): void {
    const lease = this.#leases.get(id);
    if (lease !== undefined) lease.timer = this.#clock.after(1000, () => this.#onExpired(id));
  }

  close(id: LeaseId): void {
    this.#leases.delete(id);
  }

  keys(id: LeaseId): Iterable<string> {
    return this.#leases.get(id)?.keys ?? [];
  }

  attach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.add(key);
  }

  detach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.delete(key);
  }

  stop(): void {
    for (const lease of this.#leases.values()) lease.timer?.cancel();
  }

  #arm(id: LeaseId, lease: Lease): void {
    lease.timer = this.#clock.after(lease.ttlSeconds * 1000, () => this.#onExpired(id));
  }
}
