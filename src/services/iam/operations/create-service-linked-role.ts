import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { roleKey } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { toRole } from "../request/shapes.ts";
import { linkedRole } from "../service-linked/role.ts";
import { linkedService } from "../service-linked/services.ts";

export const CreateServiceLinkedRole: IamHandler<"CreateServiceLinkedRole"> = async (input, ctx) => {
  const { AWSServiceName: serviceName, CustomSuffix: suffix, Description: description } = input;
  const service = linkedService(serviceName);
  if (service === undefined) {
    const message = `Service ${serviceName} does not have a service-linked role.`;
    throw new Fault("InvalidInputException", message);
  }
  if (suffix !== undefined && !service.takesSuffix) {
    throw new Fault("InvalidInputException", `Custom suffix is not allowed for ${serviceName}`);
  }
  const { account, partition } = ctx;
  const role = linkedRole({ account, partition, serviceName, service, suffix, description }, ctx);
  const { roleName } = role;
  const key = roleKey(account, roleName);
  if ((await ctx.store.get(key)).value !== undefined) {
    const message = `Service role name ${roleName} has been taken in this account, please try a different suffix.`;
    throw new Fault("InvalidInputException", message);
  }
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: role }] });
  return { Role: toRole(ctx.store, role) };
};
