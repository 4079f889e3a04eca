import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Collection } from "#kernel/store.ts";
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

function inAccount<T>(collection: Collection<T, "account">) {
  return ({ store, account }: RequestContext) => store.view(collection).count("account", account);
}

/** How many of a kind an account may have ("IAM and AWS STS quotas" in the IAM user guide), and how many it has. */
const quotas = {
  UsersPerAccount: { most: 5000, count: inAccount(users) },
  GroupsPerAccount: { most: 300, count: inAccount(groups) },
  RolesPerAccount: { most: 1000, count: inAccount(roles) },
  PoliciesPerAccount: { most: 1500, count: inAccount(policies) },
  InstanceProfilesPerAccount: { most: 1000, count: inAccount(instanceProfiles) },
  OpenIdConnectProvidersPerAccount: { most: 100, count: inAccount(oidcProviders) },
  SAMLProvidersPerAccount: { most: 100, count: inAccount(samlProviders) },
  ServerCertificatesPerAccount: { most: 20, count: inAccount(serverCertificates) },
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
