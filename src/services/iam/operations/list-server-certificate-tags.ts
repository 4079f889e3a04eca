import { requireServerCertificate } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListServerCertificateTags: IamHandler<"ListServerCertificateTags"> = async (input, ctx) => {
  const { value } = await requireServerCertificate(ctx, input.ServerCertificateName);
  const { items, more } = tagPage("ListServerCertificateTags", input, value.tags);
  return { Tags: items, ...more };
};
