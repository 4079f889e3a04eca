import { requireOidcProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagsMember } from "../request/tags.ts";

export const GetOpenIDConnectProvider: IamHandler<"GetOpenIDConnectProvider"> = async (input, ctx) => {
  const { value } = await requireOidcProvider(ctx, input.OpenIDConnectProviderArn);
  return {
    Url: value.url,
    ClientIDList: value.clientIds,
    ThumbprintList: value.thumbprints,
    CreateDate: value.createdAt,
    ...tagsMember(value.tags),
  };
};
