import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type RoleRecord, roleKey, uniqueId } from "../model.ts";
import { boundaryPolicy } from "../request/boundary.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { boundaryMember, toRole } from "../request/shapes.ts";
import { newTags, tagsMember } from "../request/tags.ts";
import { trustFields } from "../request/trust.ts";

const defaultSessionSeconds = 3600;

export const CreateRole: IamHandler<"CreateRole"> = async (input, ctx) => {
  const { RoleName: roleName, Path: path = "/", PermissionsBoundary: permissionsBoundary } = input;
  if (path.startsWith("/aws-service-role/")) {
    const message = "Path should not start with /aws-service-role/: it is reserved for service-linked roles.";
    throw new Fault("InvalidInputException", message);
  }
  const key = roleKey(ctx.account, roleName);
  if ((await ctx.store.get(key)).value !== undefined) throw roleExists(roleName);
  const trust = trustFields(ctx, input.AssumeRolePolicyDocument);
  const tags = newTags(input.Tags, "case-insensitive");
  const boundary = await boundaryPolicy(ctx, permissionsBoundary);
  requireRoom(ctx, "RolesPerAccount");
  const role: RoleRecord = {
    account: ctx.account,
    roleName,
    roleId: uniqueId(ctx.random, "AROA"),
    path,
    arn: iamArn(ctx, "role", path, roleName),
    createdAt: now(ctx),
    ...trust,
    ...(input.Description !== undefined && { description: input.Description }),
    maxSessionDuration: input.MaxSessionDuration ?? defaultSessionSeconds,
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    tags,
    inlinePolicies: [],
    attachedPolicies: [],
  };
  await ctx.store.commit({ unchanged: [absent(key), ...boundary], put: [{ key, value: role }] });
  return { Role: { ...toRole(ctx.store, role), ...boundaryMember(role), ...tagsMember(tags) } };
};

function roleExists(roleName: string): Fault {
  return new Fault("EntityAlreadyExistsException", `Role with name ${roleName} already exists.`);
}
