import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

export interface AliasRecord extends World {
  /** `alias/app` */
  readonly aliasName: string;
  readonly targetKeyId: string;
  readonly creationDate: number;
  readonly lastUpdatedDate: number;
}

/** Indexes: `world` by `worldOf`; `target` by key id. */
export const aliases: Collection<AliasRecord, "world" | "target"> = {
  name: "kms/alias",
  indexes: { world: worldOf, target: ({ targetKeyId }) => targetKeyId },
};

export function aliasKey({ account, region }: World, aliasName: string): Key<AliasRecord> {
  return keyOf(aliases, account, region, aliasName);
}

/** `arn:aws:kms:us-east-1:000000000000:alias/app` */
export function aliasArn(world: World, aliasName: string): string {
  return arnIn(world, "kms", aliasName);
}
