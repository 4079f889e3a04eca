import { requireOwnRole, requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

/** Of a role of a service, users may change the description alone. */
export const UpdateRole: IamHandler<"UpdateRole"> = async (input, ctx) => {
  const { Description: description, MaxSessionDuration: maxSessionDuration } = input;
  const require = maxSessionDuration === undefined ? requireRole : requireOwnRole;
  const role = await require(ctx, input.RoleName);
  const value = {
    ...role.value,
    ...(description !== undefined && { description }),
    ...(maxSessionDuration !== undefined && { maxSessionDuration }),
  };
  await ctx.store.commit({ unchanged: [role], put: [{ key: role.key, value }] });
  return {};
};
