import type { RequestContext } from "#kernel/handler.ts";
import { characters, uuid } from "#kernel/random.ts";
import type { Commit, Entry, Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import {
  httpNameKey,
  type NamespaceRecord,
  namespaceArn,
  namespaceKey,
  namespaces,
} from "#services/discovery/model.ts";

/** The namespace of this name or ARN in the account and region; of several with one name the oldest. */
export function findNamespace(store: Pick<Store, "view">, world: World, named: string): NamespaceRecord | undefined {
  const inWorld = store.view(namespaces).by("world", worldOf(world));
  const found = inWorld
    .map(({ value }: Entry<NamespaceRecord>) => value)
    .filter((each) => (named.startsWith("arn:") ? namespaceArn(each) === named : each.name === named));
  return found.toSorted((a, b) => a.createDate - b.createDate)[0];
}

/** What a commit must carry to make an HTTP namespace of this name, as ECS does for `serviceConnectDefaults`. */
export async function newNamespace(
  ctx: RequestContext,
  name: string,
): Promise<Required<Pick<Commit, "unchanged" | "put">>> {
  const taken = await ctx.store.get(httpNameKey(ctx, name));
  const value: NamespaceRecord = {
    ...{ account: ctx.account, region: ctx.region, name, httpName: name, type: "HTTP" },
    id: `ns-${characters(ctx.random, 16, "abcdefghijklmnopqrstuvwxyz234567")}`,
    creatorRequestId: uuid(ctx.random),
    createDate: ctx.clock.now(),
    tags: { AmazonECSManaged: "true" },
    serviceCount: 0,
  };
  return {
    unchanged: [taken],
    put: [
      { key: namespaceKey(value, value.id), value },
      { key: taken.key, value: { id: value.id } },
    ],
  };
}
