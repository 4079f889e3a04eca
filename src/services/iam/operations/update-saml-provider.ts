import { requireSamlProvider } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkSamlMetadata, refuseEncryption, validUntil } from "../request/saml.ts";

export const UpdateSAMLProvider: IamHandler<"UpdateSAMLProvider"> = async (input, ctx) => {
  refuseEncryption(input);
  const provider = await requireSamlProvider(ctx, input.SAMLProviderArn);
  const { SAMLMetadataDocument: metadataDocument = provider.value.metadataDocument } = input;
  checkSamlMetadata(metadataDocument);
  const value = { ...provider.value, metadataDocument, validUntil: validUntil(now(ctx)) };
  await ctx.store.commit({ unchanged: [provider], put: [{ key: provider.key, value }] });
  return { SAMLProviderArn: provider.value.arn };
};
