import { mfaDevices, users } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toUser } from "../request/shapes.ts";

export const ListVirtualMFADevices: IamHandler<"ListVirtualMFADevices"> = async (input, ctx) => {
  const { AssignmentStatus: status = "Any" } = input;
  const all = ctx.store.view(mfaDevices).by("account", ctx.account);
  const found = all.filter(({ value }) => status === "Any" || (status === "Assigned") === (value.userId !== undefined));
  const { items, more } = listPage("ListVirtualMFADevices", input, found, ({ key }) => key);
  return {
    VirtualMFADevices: items.map(({ value: { serialNumber, userId, enabledAt } }) => {
      const user = userId === undefined ? undefined : ctx.store.view(users).by("id", userId)[0];
      return {
        SerialNumber: serialNumber,
        ...(user !== undefined && { User: toUser(user.value) }),
        ...(enabledAt !== undefined && { EnableDate: enabledAt }),
      };
    }),
    ...more,
  };
};
