import type { UpstreamRegistry } from "#generated/ecr/types.ts";
import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { behindPrefix, closest, normalPrefix, rootPrefix } from "./prefix.ts";

/** Repositories whose names begin with a prefix get what is asked for from another registry. */
export interface PullThroughRecord extends World {
  /** As it was given: `quay`, `quay/` or `ROOT`. */
  readonly prefix: string;
  /** As it was given: `quay.io`, `https://registry.example.com:5000`. */
  readonly upstreamRegistryUrl: string;
  /** Absent: it is none of AWS's list. */
  readonly upstreamRegistry?: UpstreamRegistry;
  /** As it was given; absent: `ROOT`. */
  readonly upstreamRepositoryPrefix?: string;
  /** The secret with the credentials. */
  readonly credentialArn?: string;
  /** Times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Index `world`: by `worldOf`. */
export const pullThroughRules: Collection<PullThroughRecord, "world"> = {
  name: "ecr/pull-through-rule",
  indexes: { world: worldOf },
};

export function pullThroughKey({ account, region }: World, prefix: string): Key<PullThroughRecord> {
  return keyOf(pullThroughRules, account, region, normalPrefix(prefix));
}

/** The rule for a repository's name; undefined: there is none. */
export function ruleFor(store: Pick<Store, "view">, world: World, name: string): PullThroughRecord | undefined {
  const all = store.view(pullThroughRules).by("world", worldOf(world));
  // Almost always there are none.
  return all.length === 0
    ? undefined
    : closest(
        all.map(({ value }) => value),
        name,
      );
}

/** The name upstream of what a repository of the rule caches: `quay/coreos/etcd` -> `coreos/etcd`. */
export function upstreamName(
  { prefix, upstreamRepositoryPrefix = rootPrefix }: PullThroughRecord,
  name: string,
): string {
  const rest = behindPrefix(prefix, name)!;
  return upstreamRepositoryPrefix === rootPrefix ? rest : `${normalPrefix(upstreamRepositoryPrefix)}/${rest}`;
}

/** The other way round: the name here of what upstream has under a name; undefined: the rule is not about it. */
export function cachedName(rule: PullThroughRecord, upstream: string): string | undefined {
  const { prefix, upstreamRepositoryPrefix = rootPrefix } = rule;
  const rest = behindPrefix(upstreamRepositoryPrefix, upstream);
  return rest === undefined || prefix === rootPrefix ? rest : `${normalPrefix(prefix)}/${rest}`;
}
