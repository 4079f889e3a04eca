import { partitionOf } from "#kernel/arn.ts";
import type { Derivation } from "#kernel/derivation.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { collectionName, partsOf } from "#kernel/store.ts";
import { roleKey, roles } from "../model.ts";
import { linkedRole } from "./role.ts";
import { linkedService } from "./services.ts";
import type { LinkedRoleUse } from "./uses.ts";

/** Services make their roles themselves when they are used for the first time in an account. */
export function linkedRoles(
  uses: readonly LinkedRoleUse[],
  source: Pick<RequestContext, "clock" | "random">,
): Derivation {
  const byCollection = new Map(uses.map((use) => [use.collection, use]));
  return {
    collections: [...byCollection.keys()],
    derive(changes, store) {
      return changes.flatMap(({ key, before, after }) => {
        const { serviceName, resource } = byCollection.get(collectionName(key))!;
        const isUsed = (record: unknown) => record !== undefined && resource(record) !== undefined;
        if (isUsed(before) || !isUsed(after)) return [];
        const [account = "", region = ""] = partsOf(key);
        const service = linkedService(serviceName)!;
        const ofRole = roleKey(account, service.roleName);
        if (store.view(roles).get(ofRole) !== undefined) return [];
        const partition = partitionOf(region);
        return [{ key: ofRole, value: linkedRole({ account, partition, serviceName, service }, source) }];
      });
    },
  };
}
