import { parseArn } from "#kernel/arn.ts";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import type { Store } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import {
  accessKeyKey,
  accessKeys,
  groupKey,
  groups,
  iamArn,
  instanceProfileKey,
  instanceProfiles,
  mfaDeviceKey,
  mfaDevices,
  oidcProviderKey,
  oidcProviders,
  policies,
  policyKeyOfArn,
  type RoleRecord,
  roleKey,
  roles,
  samlProviderKey,
  samlProviders,
  serverCertificateKey,
  serverCertificates,
  type Tag,
  type UserRecord,
  userKey,
  users,
} from "./model.ts";

/** The ARNs of what requests name, for authorization: of what does not exist, those that it would have at `/`. */

type Views = Pick<Store, "view">;

export function newArn(scope: AuthorizationScope, type: string, path: string | undefined, name: string): string {
  return iamArn(scope, type, path ?? "/", name);
}

export function userOf(scope: AuthorizationScope, userName: string | undefined): UserRecord | undefined {
  const view = scope.store.view(users);
  if (userName === undefined) return view.by("id", scope.caller.userId)[0]?.value;
  return view.get(userKey(scope.account, userName))?.value;
}

export function userArn(scope: AuthorizationScope, userName: string): string {
  return userOf(scope, userName)?.arn ?? newArn(scope, "user", "/", userName);
}

/** Of a user, or of the one who calls; those who are no user have none. */
export function userArns(scope: AuthorizationScope, userName: string | undefined): string[] {
  if (userName !== undefined) return [userArn(scope, userName)];
  return scope.caller.type === "User" ? [scope.caller.arn] : [];
}

/** The user whose access key it is. */
export function ownerArn(scope: AuthorizationScope, accessKeyId: string): string[] {
  const userId = scope.store.view(accessKeys).get(accessKeyKey(accessKeyId))?.value.userId;
  const user = userId === undefined ? undefined : scope.store.view(users).by("id", userId)[0]?.value;
  return user === undefined || user.account !== scope.account ? [] : [user.arn];
}

export function groupArn(scope: AuthorizationScope, groupName: string): string {
  const group = scope.store.view(groups).get(groupKey(scope.account, groupName))?.value;
  return group?.arn ?? newArn(scope, "group", "/", groupName);
}

export function roleOf(scope: AuthorizationScope, roleName: string): RoleRecord | undefined {
  return scope.store.view(roles).get(roleKey(scope.account, roleName))?.value;
}

export function roleArn(scope: AuthorizationScope, roleName: string): string {
  return roleOf(scope, roleName)?.arn ?? newArn(scope, "role", "/", roleName);
}

export function instanceProfileArn(scope: AuthorizationScope, name: string): string {
  const profile = scope.store.view(instanceProfiles).get(instanceProfileKey(scope.account, name))?.value;
  return profile?.arn ?? newArn(scope, "instance-profile", "/", name);
}

export function serverCertificateArn(scope: AuthorizationScope, name: string): string {
  const certificate = scope.store.view(serverCertificates).get(serverCertificateKey(scope.account, name))?.value;
  return certificate?.arn ?? newArn(scope, "server-certificate", "/", name);
}

export function mfaArn(scope: AuthorizationScope, path: string | undefined, name: string): string {
  return newArn(scope, "mfa", path, name);
}

/** The tags of whatever of IAM has this ARN. */
export function tagsOfResource(store: Views, text: string): Tags | undefined {
  const arn = parseArn(text);
  const slash = arn?.resource.indexOf("/") ?? -1;
  if (arn?.service !== "iam" || slash < 0) return undefined;
  const found = taggedOf(store, arn.resource.slice(0, slash), arn.account, text, arn.resource.slice(slash + 1));
  if (found?.arn !== text) return undefined;
  return Object.fromEntries(found.tags.map(({ key, value }) => [key, value]));
}

interface Tagged {
  readonly arn: string;
  readonly tags: readonly Tag[];
}

function taggedOf(store: Views, type: string, account: string, arn: string, rest: string): Tagged | undefined {
  const name = rest.slice(rest.lastIndexOf("/") + 1);
  switch (type) {
    case "user":
      return store.view(users).get(userKey(account, name))?.value;
    case "role":
      return store.view(roles).get(roleKey(account, name))?.value;
    case "instance-profile":
      return store.view(instanceProfiles).get(instanceProfileKey(account, name))?.value;
    case "server-certificate":
      return store.view(serverCertificates).get(serverCertificateKey(account, name))?.value;
    case "mfa":
      return store.view(mfaDevices).get(mfaDeviceKey(account, arn))?.value;
    case "oidc-provider":
      return store.view(oidcProviders).get(oidcProviderKey(account, rest))?.value;
    case "saml-provider":
      return store.view(samlProviders).get(samlProviderKey(account, rest))?.value;
    case "policy": {
      const key = policyKeyOfArn(arn);
      return key && store.view(policies).get(key)?.value;
    }
    default:
      return undefined;
  }
}
