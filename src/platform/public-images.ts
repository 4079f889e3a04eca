import type { AccessCheck } from "#kernel/authorization.ts";
import type { Store } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import { cachedName, pullThroughRules, repositories, repositoryArn, repositoryKey } from "#services/ecr/model.ts";
import type { Reader } from "./task-secrets.ts";

/** Images of Amazon ECR Public in tasks: through a pull-through cache rule of the task's account and region. */

const registry = "public.ecr.aws";

export function isPublic(image: string): boolean {
  return image.startsWith(`${registry}/`);
}

export interface CachedImageOptions {
  readonly store: Pick<Store, "view">;
  readonly check: AccessCheck;
  /** `127.0.0.1:4566`; undefined while the platform does not listen yet. */
  readonly ownHost: () => string | undefined;
}

/** What a pull through a rule takes. */
const actions = ["BatchGetImage", "GetDownloadUrlForLayer", "BatchImportUpstreamImage"];

/**
 * `public.ecr.aws/nginx/nginx:1` -> `127.0.0.1:4566/ecr-public/nginx/nginx:1`, when there is a rule for it and the
 * caller may pull through it; undefined: the image is pulled from where its name says.
 */
export function createCachedImage({ store, check, ownHost }: CachedImageOptions) {
  return ({ caller, region }: Reader, image: string): string | undefined => {
    const host = ownHost();
    const { account } = caller;
    const world = { account, region };
    const rules = store.view(pullThroughRules).by("world", worldOf(world));
    if (host === undefined || rules.length === 0) return undefined;
    const [, path = "", rest = ""] = /^([^:@]*)(.*)$/.exec(image.slice(registry.length + 1)) ?? [];
    for (const { value: rule } of rules) {
      const name = rule.upstreamRegistryUrl === registry ? cachedName(rule, path) : undefined;
      if (name === undefined) continue;
      const isThere = store.view(repositories).get(repositoryKey(world, name)) !== undefined;
      const resource = repositoryArn(world, name);
      const needed = isThere ? actions : [...actions, "CreateRepository"];
      const may = (action: string) =>
        check({ caller, action: `ecr:${action}`, resource, account, region }) === undefined;
      if (needed.every(may)) return `${host}/${name}${rest}`;
    }
    return undefined;
  };
}
