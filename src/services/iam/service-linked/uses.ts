import { type Collection, type Entry, partsOf, type Store } from "#kernel/store.ts";

/** Records of one kind that a service takes on its role for. */
export interface LinkedRoleUse {
  /** The name of their collection. Their keys begin with account and region. */
  readonly collection: string;
  /** The principal of the service: `ecs.amazonaws.com`. */
  readonly serviceName: string;
  /** What uses the role, by its ARN; undefined: it is deleted, and only shown still. */
  readonly resource: (record: unknown) => string | undefined;
  readonly all: (store: Pick<Store, "view">) => Iterable<Entry<unknown>>;
}

export function linkedRoleUse<T>(
  collection: Collection<T>,
  serviceName: string,
  resource: (record: T) => string | undefined,
): LinkedRoleUse {
  return {
    ...{ collection: collection.name, serviceName },
    resource: (record) => resource(record as T),
    all: (store) => store.view(collection).all(),
  };
}

/** What uses a service's role in an account now, by region; sorted. */
export function usesOfRole(
  uses: readonly LinkedRoleUse[],
  store: Pick<Store, "view">,
  role: { readonly account: string; readonly serviceName: string },
): { readonly region: string; readonly resources: readonly string[] }[] {
  const found = uses
    .filter(({ serviceName }) => serviceName === role.serviceName)
    .flatMap((use) =>
      [...use.all(store)].flatMap(({ key, value }) => {
        const [account, region = ""] = partsOf(key);
        const resource = account === role.account ? use.resource(value) : undefined;
        return resource === undefined ? [] : [{ region, resource }];
      }),
    );
  return [...Map.groupBy(found, ({ region }) => region)]
    .map(([region, own]) => ({ region, resources: own.map(({ resource }) => resource).sort() }))
    .sort((a, b) => (a.region < b.region ? -1 : 1));
}
