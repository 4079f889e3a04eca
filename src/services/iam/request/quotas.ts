import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  groups,
  instanceProfiles,
  oidcProviders,
  policies,
  roles,
  samlProviders,
  serverCertificates,
  users,
} from "../model.ts";

/** How many of a kind an account may have ("IAM and AWS STS quotas" in the IAM user guide), and how many it has. */
const quotas = {
  UsersPerAccount: { most: 5000, count: (ctx: RequestContext) => ctx.store.view(users).count("account", ctx.account) },
  GroupsPerAccount: { most: 300, count: (ctx: RequestContext) => ctx.store.view(groups).count("account", ctx.account) },
  RolesPerAccount: { most: 1000, count: (ctx: RequestContext) => ctx.store.view(roles).count("account", ctx.account) },
  PoliciesPerAccount: {
    most: 1500,
    count: (ctx: RequestContext) => ctx.store.view(policies).count("account", ctx.account),
  },
  InstanceProfilesPerAccount: {
    most: 1000,
    count: (ctx: RequestContext) => ctx.store.view(instanceProfiles).count("account", ctx.account),
  },
  OpenIdConnectProvidersPerAccount: {
    most: 100,
    count: (ctx: RequestContext) => ctx.store.view(oidcProviders).count("account", ctx.account),
  },
  SAMLProvidersPerAccount: {
    most: 100,
    count: (ctx: RequestContext) => ctx.store.view(samlProviders).count("account", ctx.account),
  },
  ServerCertificatesPerAccount: {
    most: 20,
    count: (ctx: RequestContext) => ctx.store.view(serverCertificates).count("account", ctx.account),
  },
} as const;

export type QuotaName = keyof typeof quotas;

export function quotaOf(name: QuotaName): number {
  return quotas[name].most;
}

/** Refuses one more of a kind. Those made at the same moment may exceed the quota by their number: it is no fence. */
export function requireRoom(ctx: RequestContext, name: QuotaName): void {
  const { most, count } = quotas[name];
  if (count(ctx) < most) return;
  throw new Fault("LimitExceededException", `Cannot exceed quota for ${name}: ${most}`);
}
