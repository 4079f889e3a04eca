import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Store } from "#kernel/store.ts";
import {
  accessKeyKey,
  accessKeys,
  type LastUsedRecord,
  lastUsedKey,
  roles,
  type ServiceUseRecord,
  serviceUseKey,
  users,
} from "./model.ts";

/** How long uses are gathered before they are written: AWS, too, tells of them late. */
const intervalMs = 60_000;

export interface UsageLogParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** Remembers when access keys and roles were used last, without a commit for each request. */
export class UsageLog {
  readonly #parts: UsageLogParts;
  readonly #pending = new Map<string, LastUsedRecord>();
  /** By the keys of their records. */
  readonly #uses = new Map<string, ServiceUseRecord>();
  #timer: Timer | undefined;

  constructor(parts: UsageLogParts) {
    this.#parts = parts;
  }

  /** A request by this caller to this service (`ecs`) was authenticated. */
  note(caller: Caller, serviceName: string, region: string): void {
    const role = caller.type === "AssumedRole" ? caller.session?.issuerId : undefined;
    const id = role ?? caller.accessKeyId;
    const usedAt = this.#now();
    this.#pending.set(id, { account: caller.account, id, usedAt, serviceName, region });
    const entityId = caller.type === "User" ? caller.userId : role;
    if (entityId !== undefined) {
      const use = { account: caller.account, entityId, serviceNamespace: serviceName, usedAt, region };
      this.#uses.set(serviceUseKey(entityId, serviceName), use);
    }
    this.#timer ??= this.#parts.clock.after(intervalMs, () => {
      this.#timer = undefined;
      void this.flush().catch((error: unknown) => this.#parts.log.warn("Uses of keys were not written", { error }));
    });
  }

  /** Writes what has been gathered. Keys and roles that are gone meanwhile, or were never IAM's, are passed over. */
  async flush(): Promise<void> {
    const records = [...this.#pending.values()].filter(({ id }) => this.#exists(id));
    const uses = [...this.#uses].filter(([, { entityId }]) => this.#isEntity(entityId));
    this.#pending.clear();
    this.#uses.clear();
    if (records.length + uses.length === 0) return;
    await this.#parts.store.commit({
      put: [
        ...records.map((value) => ({ key: lastUsedKey(value.id), value })),
        ...uses.map(([key, value]) => ({ key, value })),
      ],
    });
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.flush();
  }

  #exists(id: string): boolean {
    const { store } = this.#parts;
    return store.view(accessKeys).get(accessKeyKey(id)) !== undefined || store.view(roles).count("id", id) > 0;
  }

  #isEntity(id: string): boolean {
    const { store } = this.#parts;
    return store.view(users).count("id", id) > 0 || store.view(roles).count("id", id) > 0;
  }

  #now(): number {
    return Math.floor(this.#parts.clock.now() / 1000) * 1000;
  }
}
