import { requireSamlProvider } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagsMember } from "../request/tags.ts";

export const GetSAMLProvider: IamHandler<"GetSAMLProvider"> = async (input, ctx) => {
  const { value } = await requireSamlProvider(ctx, input.SAMLProviderArn);
  return {
    SAMLProviderUUID: value.uuid,
    SAMLMetadataDocument: value.metadataDocument,
    CreateDate: value.createdAt,
    ValidUntil: value.validUntil,
    ...tagsMember(value.tags),
  };
};
