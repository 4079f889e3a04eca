import type { summaryKeyType } from "#generated/iam/types.ts";
import {
  accessKeys,
  accountKey,
  accounts,
  groups,
  instanceProfiles,
  mfaDevices,
  oidcProvidersOf,
  policies,
  roles,
  samlProvidersOf,
  serverCertificates,
  users,
  within,
} from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { quotaOf } from "../request/quotas.ts";

export const GetAccountSummary: IamHandler<"GetAccountSummary"> = async (_input, { store, account }) => {
  const providers = [await store.list(oidcProvidersOf(account)), await store.list(samlProvidersOf(account))];
  const devices = store.view(mfaDevices).by("account", account);
  const own = store.view(policies).by("account", account);
  // Its root user has the key that the platform was made with.
  const isPlatforms = store.view(accounts).get(accountKey(account)) === undefined;
  const counts: Partial<Record<summaryKeyType, number>> = {
    Users: store.view(users).count("account", account),
    Groups: store.view(groups).count("account", account),
    Roles: store.view(roles).count("account", account),
    InstanceProfiles: store.view(instanceProfiles).count("account", account),
    Policies: own.length,
    PolicyVersionsInUse: own.reduce((sum, { value }) => sum + value.versions.length, 0),
    Providers: providers.flat().length,
    ServerCertificates: store.view(serverCertificates).count("account", account),
    MFADevices: devices.length,
    MFADevicesInUse: devices.filter(({ value }) => value.userId !== undefined).length,
    AccountMFAEnabled: 0,
    AccountAccessKeysPresent: isPlatforms || store.view(accessKeys).count("user", within(account, "root")) > 0 ? 1 : 0,
    AccountSigningCertificatesPresent: 0,
  };
  const quotas: Partial<Record<summaryKeyType, number>> = {
    UsersQuota: quotaOf("UsersPerAccount"),
    GroupsQuota: quotaOf("GroupsPerAccount"),
    RolesQuota: quotaOf("RolesPerAccount"),
    InstanceProfilesQuota: quotaOf("InstanceProfilesPerAccount"),
    PoliciesQuota: quotaOf("PoliciesPerAccount"),
    ServerCertificatesQuota: quotaOf("ServerCertificatesPerAccount"),
    PolicyVersionsInUseQuota: 10000,
    UserPolicySizeQuota: 2048,
    GroupPolicySizeQuota: 5120,
    RolePolicySizeQuota: 10240,
    PolicySizeQuota: 6144,
    AssumeRolePolicySizeQuota: 2048,
    VersionsPerPolicyQuota: 5,
    GroupsPerUserQuota: 10,
    AccessKeysPerUserQuota: 2,
    SigningCertificatesPerUserQuota: 0,
    AttachedPoliciesPerUserQuota: 10,
    AttachedPoliciesPerGroupQuota: 10,
    AttachedPoliciesPerRoleQuota: 10,
    GlobalEndpointTokenVersion: 2,
  };
  return { SummaryMap: { ...counts, ...quotas } };
};
