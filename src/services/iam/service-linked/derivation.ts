import { partitionOf } from "#kernel/arn.ts";
import type { Derivation } from "#kernel/derivation.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { collectionName, partsOf } from "#kernel/store.ts";
import { roleKey, roles } from "../model.ts";
import { linkedRole } from "./role.ts";
import { linkedService } from "./services.ts";

/** Names of collections -> the service that takes on its role for them: `ecs/cluster` -> `ecs.amazonaws.com`. */
export type LinkedRoleUses = Readonly<Record<string, string>>;

/**
 * Services make their roles themselves when they are used for the first time in an account. The keys of the records
 * begin with account and region.
 */
export function linkedRoles(uses: LinkedRoleUses, source: Pick<RequestContext, "clock" | "random">): Derivation {
  return {
    collections: Object.keys(uses),
    derive(changes, store) {
      return changes.flatMap(({ key, before, after }) => {
        if (before !== undefined || after === undefined) return [];
        const [account = "", region = ""] = partsOf(key);
        const serviceName = uses[collectionName(key)]!;
        const service = linkedService(serviceName)!;
        const ofRole = roleKey(account, service.roleName);
        if (store.view(roles).get(ofRole) !== undefined) return [];
        const partition = partitionOf(region);
        return [{ key: ofRole, value: linkedRole({ account, partition, serviceName, service }, source) }];
      });
    },
  };
}
