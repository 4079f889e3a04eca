import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** Those of a user; the root user has none. */
export const ListMFADevices: IamHandler<"ListMFADevices"> = async (input, ctx) => {
  if (input.UserName === undefined && ctx.caller.type === "Root") return { MFADevices: [], IsTruncated: false };
  const { value: user } = await userOrCaller(ctx, input.UserName);
  const { items, more } = listPage("ListMFADevices", input, user.mfaDevices, ({ serialNumber }) => serialNumber);
  return {
    MFADevices: items.map(({ serialNumber, enabledAt }) => ({
      UserName: user.userName,
      SerialNumber: serialNumber,
      EnableDate: enabledAt,
    })),
    ...more,
  };
};
