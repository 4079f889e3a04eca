import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import { attachedWithin, type Identity, nameKey } from "./common.ts";

/** A group. Its members' records name it by its id, so that it can be renamed. */
export interface GroupRecord extends Identity {
  readonly groupName: string;
  /** `AGPA...` */
  readonly groupId: string;
  /** Its removal is under way: nobody may join. */
  readonly closing?: true;
}

/** Indexes: `attachedPolicy` by `within(account, policyArn)`; `id` by group id. */
export const groups: Collection<GroupRecord, "account" | "attachedPolicy" | "id"> = {
  name: "iam/group",
  indexes: { account: (group) => group.account, attachedPolicy: attachedWithin, id: (group) => group.groupId },
};

export function groupKey(account: string, groupName: string): Key<GroupRecord> {
  return keyOf(groups, account, nameKey(groupName));
}

export function groupsOf(account: string): Prefix<GroupRecord> {
  return prefixOf(groups, account);
}
