import { requireServerCertificate } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteServerCertificate: IamHandler<"DeleteServerCertificate"> = async (input, ctx) => {
  const found = await requireServerCertificate(ctx, input.ServerCertificateName);
  await ctx.store.commit({ unchanged: [found], remove: [found.key] });
  return {};
};
