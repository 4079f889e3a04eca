import type { Clock, Timer } from "#kernel/clock.ts";
import type { StoreEngine } from "#kernel/engine.ts";
import type { Random } from "#kernel/random.ts";
import type { Entry, LeaseId, Subscription } from "#kernel/store.ts";
import { delayMs, errorBackoff } from "./backoff.ts";

export interface LeadershipOptions {
  readonly engine: StoreEngine;
  readonly clock: Clock;
  readonly random: Random;
  /** A key outside of all collections: `control/leader`. */
  readonly key: string;
  /** Who asks, for people: a host name and process id. */
  readonly holder: string;
  /** How long a leader that does not answer keeps the others waiting; 15 by default. */
  readonly ttlSeconds?: number;
  /** It leads now. `fence` among a commit's `unchanged` keeps one who has lost the lead unknowingly from writing. */
  readonly onAcquired: (fence: Entry<LeaderRecord>) => void;
  /** It leads no longer, or cannot know: it must stop acting at once. It goes on asking. */
  readonly onLost: () => void;
}

export interface LeaderRecord {
  readonly holder: string;
}

export interface Leadership {
  /** Gives the lead up, so that another can have it at once; `onLost` is not called. */
  stop(): Promise<void>;
}

/** Asks for the lead among several control planes on one store, and holds it. Who waits does so on a watch. */
export function campaign(options: LeadershipOptions): Leadership {
  const candidate = new Candidate(options);
  candidate.ask();
  return { stop: () => candidate.stop() };
}

class Candidate implements Leadership {
  readonly #options: LeadershipOptions;
  readonly #ttlMs: number;
  #lease: LeaseId | undefined;
  #leads = false;
  #stopped = false;
  #failures = 0;
  #timer: Timer | undefined;
  #deadline: Timer | undefined;
  #watch: Subscription | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#ttlMs = (options.ttlSeconds ?? 15) * 1000;
  }

  ask(): void {
    this.#watch?.close();
    if (this.#stopped) return;
    this.#tryToLead().then(
      () => {
        this.#failures = 0;
      },
      () => this.#askLater(),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#leads = false;
    this.#timer?.cancel();
    this.#deadline?.cancel();
    this.#watch?.close();
    await this.#dropLease();
  }

  async #tryToLead(): Promise<void> {
    const { engine, clock, key, holder } = this.#options;
    const askedAt = clock.now();
    const { revision, entries } = await engine.list(key, { limit: 1 });
    if (entries[0]?.key === key) return this.#waitForRemoval(revision);
    const lease = await engine.grantLease(this.#ttlMs / 1000);
    this.#lease = lease;
    const value: LeaderRecord = { holder };
    const compare = [{ key, modRevision: 0 }];
    const result = await engine.commit({ compare, put: [{ key, value, lease }], remove: [] });
    if (this.#stopped || !result.ok) {
      await this.#dropLease();
      return this.#waitForRemoval(revision);
    }
    this.#leads = true;
    this.#heldSince(askedAt);
    this.#options.onAcquired({ key, value, modRevision: result.revision, createRevision: result.revision });
  }

  #waitForRemoval(afterRevision: number): void {
    const { engine, key } = this.#options;
    if (this.#stopped) return;
    this.#watch = engine.watch(key, {
      afterRevision,
      onBatch: ({ changes }) => {
        if (changes.some((change) => change.type === "remove" && change.previous.key === key)) this.ask();
      },
      onCompacted: () => this.ask(),
    });
  }

  /** The lease is good for its time from the moment that the request for it was sent. */
  #heldSince(sentAt: number): void {
    const { clock } = this.#options;
    this.#deadline?.cancel();
    this.#deadline = clock.after(sentAt + this.#ttlMs - clock.now(), () => this.#lose());
    this.#timer = clock.after(this.#ttlMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { engine, clock } = this.#options;
    const lease = this.#lease;
    if (!this.#leads || lease === undefined) return;
    const sentAt = clock.now();
    const renewed = await engine.renewLease(lease).catch(() => undefined);
    if (!this.#leads || this.#lease !== lease) return;
    if (renewed) this.#heldSince(sentAt);
    else if (renewed === false) this.#lose();
    // The engine did not answer: until the deadline there is time to ask again.
    else this.#timer = clock.after(this.#ttlMs / 10, () => void this.#renew());
  }

  #lose(): void {
    if (!this.#leads) return;
    this.#leads = false;
    this.#timer?.cancel();
    this.#deadline?.cancel();
    this.#lease = undefined;
    this.#options.onLost();
    this.ask();
  }

  #askLater(): void {
    const { clock, random } = this.#options;
    if (this.#stopped) return;
    this.#failures++;
    this.#timer = clock.after(delayMs(errorBackoff, this.#failures, random), () => this.ask());
  }

  /** One that cannot be given back ends by itself. */
  async #dropLease(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease !== undefined) await this.#options.engine.revokeLease(lease).catch(() => {});
  }
}
