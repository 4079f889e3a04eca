import type { ServiceModule } from "#kernel/handler.ts";
import { iamAuthorization } from "./authorization.ts";
import {
  accessKeys,
  accessReports,
  accountAliases,
  accountSettings,
  accounts,
  groups,
  instanceProfiles,
  lastUsed,
  mfaDevices,
  oidcProviders,
  policies,
  roleDeletions,
  roles,
  samlProviders,
  serverCertificates,
  serviceUses,
  users,
} from "./model.ts";
import { createOperations, type IamParts } from "./operations/index.ts";

export { accessKeyFinder, type FindAccessKey, type FoundAccessKey } from "./credentials.ts";
export { findPolicy } from "./find-policy.ts";
export { SecondFactor } from "./second-factor.ts";
export { linkedRoles } from "./service-linked/derivation.ts";
export { type LinkedRoleUse, linkedRoleUse } from "./service-linked/uses.ts";
export { UsageLog } from "./usage.ts";

export const iamCollections = [
  accessKeys,
  accessReports,
  accountAliases,
  accountSettings,
  accounts,
  groups,
  instanceProfiles,
  lastUsed,
  mfaDevices,
  oidcProviders,
  policies,
  roleDeletions,
  roles,
  samlProviders,
  serverCertificates,
  serviceUses,
  users,
];

/** AWS Identity and Access Management. Accounts are worlds of their own; regions are not. */
export function createIam(parts: IamParts): ServiceModule {
  return {
    name: "iam",
    operations: createOperations(parts),
    controllers: [],
    authorization: iamAuthorization,
    collections: iamCollections,
  };
}
