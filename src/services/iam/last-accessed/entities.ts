import type { EntityInfo } from "#generated/iam/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { findPolicy } from "../find-policy.ts";
import {
  defaultVersion,
  type GroupRecord,
  groupKey,
  groups,
  type RoleRecord,
  roles,
  type ServiceUseRecord,
  serviceUses,
  type UserRecord,
  users,
  within,
} from "../model.ts";
import { noSuchEntity } from "../request/find.ts";
import { policiesOfPrincipal } from "../simulation/principal.ts";
import { grantsAccess } from "./services.ts";

/** What a report is about: the texts that grant access, and who uses them. */
export interface ReportSubject {
  readonly policies: readonly string[];
  readonly entities: readonly (UserRecord | RoleRecord)[];
}

/** A user, group, role or managed policy of the account. Throws NoSuchEntity for others. */
export function subjectOf(ctx: RequestContext, arn: string): ReportSubject {
  const { store, account } = ctx;
  if (parseArn(arn)?.resource.startsWith("policy/")) {
    const policy = findPolicy(store, arn);
    if (policy === undefined || (policy.account !== "aws" && policy.account !== account)) {
      throw noSuchEntity(`Policy ${arn} was not found.`);
    }
    return { policies: [defaultVersion(policy).document], entities: holdersOf(ctx, arn) };
  }
  const policies = policiesOfPrincipal(ctx, arn).identity.map(({ document }) => document);
  const name = arn.split("/").at(-1)!;
  const kind = parseArn(arn)!.resource.split("/")[0];
  if (kind !== "group") {
    const all = kind === "user" ? store.view(users) : store.view(roles);
    const own = [...all.by("account", account)].find(({ value }) => value.arn === arn);
    return { policies, entities: own === undefined ? [] : [own.value] };
  }
  const group = store.view(groups).get(groupKey(account, name))?.value;
  return { policies, entities: group === undefined ? [] : membersOf(ctx, group) };
}

/** Each use of the service by one of them, the latest first. */
export function usesOf(
  { store }: RequestContext,
  entities: ReportSubject["entities"],
  serviceNamespace: string,
): { readonly entity: UserRecord | RoleRecord; readonly use: ServiceUseRecord }[] {
  return entities
    .flatMap((entity) => {
      const uses = store.view(serviceUses).by("entity", idOf(entity));
      const use = uses.find(({ value }) => value.serviceNamespace === serviceNamespace)?.value;
      return use === undefined ? [] : [{ entity, use }];
    })
    .sort((a, b) => b.use.usedAt - a.use.usedAt);
}

/** The services that the policies grant access to, in the order of their namespaces. */
export function grantedServices({ policies }: ReportSubject, namespaces: Iterable<string>): string[] {
  const tests = policies.map(grantsAccess);
  return [...namespaces].filter((namespace) => tests.some((grants) => grants(namespace))).sort();
}

export function toEntityInfo(entity: UserRecord | RoleRecord): EntityInfo {
  const isUser = "userId" in entity;
  return {
    Arn: entity.arn,
    Name: isUser ? entity.userName : entity.roleName,
    Type: isUser ? "USER" : "ROLE",
    Id: idOf(entity),
    Path: entity.path,
  };
}

function idOf(entity: UserRecord | RoleRecord): string {
  return "userId" in entity ? entity.userId : entity.roleId;
}

/** Those to whom a managed policy is attached, also through their groups. */
function holdersOf(ctx: RequestContext, policyArn: string): (UserRecord | RoleRecord)[] {
  const { store, account } = ctx;
  const value = within(account, policyArn);
  const ofGroups = store.view(groups).by("attachedPolicy", value);
  const found = [
    ...store
      .view(users)
      .by("attachedPolicy", value)
      .map((entry) => entry.value),
    ...ofGroups.flatMap((group) => membersOf(ctx, group.value)),
    ...store
      .view(roles)
      .by("attachedPolicy", value)
      .map((entry) => entry.value),
  ];
  return [...new Map(found.map((entity) => [idOf(entity), entity])).values()];
}

function membersOf({ store }: RequestContext, { groupId }: GroupRecord): UserRecord[] {
  return store
    .view(users)
    .by("group", groupId)
    .map(({ value }) => value);
}
