import { formatArn, partitionOf } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "./key.ts";

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
export function aliasArn({ account, region }: World, aliasName: string): string {
  return formatArn({ partition: partitionOf(region), service: "kms", region, account, resource: aliasName });
}
