import { Fault } from "#kernel/fault.ts";
import { absent, iamArn, type RoleRecord, roleKey, uniqueId } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { toRole } from "../request/shapes.ts";
import { linkedPolicyArn, linkedService } from "../service-linked/services.ts";

const sessionSeconds = 3600;

export const CreateServiceLinkedRole: IamHandler<"CreateServiceLinkedRole"> = async (input, ctx) => {
  const { AWSServiceName: serviceName, CustomSuffix: suffix } = input;
  const service = linkedService(serviceName);
  if (service === undefined) {
    const message = `Service ${serviceName} does not have a service-linked role.`;
    throw new Fault("InvalidInputException", message);
  }
  if (suffix !== undefined && !service.takesSuffix) {
    throw new Fault("InvalidInputException", `Custom suffix is not allowed for ${serviceName}`);
  }
  const roleName = suffix === undefined ? service.roleName : `${service.roleName}_${suffix}`;
  const key = roleKey(ctx.account, roleName);
  if ((await ctx.store.get(key)).value !== undefined) {
    const message = `Service role name ${roleName} has been taken in this account, please try a different suffix.`;
    throw new Fault("InvalidInputException", message);
  }
  const path = `/aws-service-role/${serviceName}/`;
  const description = input.Description ?? service.description;
  const role: RoleRecord = {
    account: ctx.account,
    roleName,
    roleId: uniqueId(ctx.random, "AROA"),
    path,
    arn: iamArn(ctx, "role", path, roleName),
    createdAt: now(ctx),
    assumeRolePolicyDocument: trustPolicy(serviceName),
    ...(description !== undefined && { description }),
    maxSessionDuration: sessionSeconds,
    tags: [],
    inlinePolicies: [],
    attachedPolicies: [linkedPolicyArn(ctx.partition, service)],
    serviceName,
  };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: role }] });
  return { Role: toRole(role) };
};

function trustPolicy(service: string): string {
  const statement = { Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: [service] } };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
