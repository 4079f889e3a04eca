import { requireMfaDevice } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListMFADeviceTags: IamHandler<"ListMFADeviceTags"> = async (input, ctx) => {
  const { value } = await requireMfaDevice(ctx, input.SerialNumber);
  const { items, more } = tagPage("ListMFADeviceTags", input, value.tags);
  return { Tags: items, ...more };
};
