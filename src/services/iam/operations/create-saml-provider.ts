import { Fault } from "#kernel/fault.ts";
import { uuid } from "#kernel/random.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type SamlProviderRecord, samlProviderKey } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { checkSamlMetadata, refuseEncryption, validUntil } from "../request/saml.ts";
import { newTags, tagsMember } from "../request/tags.ts";

export const CreateSAMLProvider: IamHandler<"CreateSAMLProvider"> = async (input, ctx) => {
  refuseEncryption(input);
  checkSamlMetadata(input.SAMLMetadataDocument);
  const tags = newTags(input.Tags);
  const key = samlProviderKey(ctx.account, input.Name);
  if ((await ctx.store.get(key)).value !== undefined) {
    throw new Fault("EntityAlreadyExistsException", `Provider with name ${input.Name} already exists.`);
  }
  requireRoom(ctx, "SAMLProvidersPerAccount");
  const createdAt = now(ctx);
  const provider: SamlProviderRecord = {
    account: ctx.account,
    arn: iamArn(ctx, "saml-provider", "/", input.Name),
    name: input.Name,
    uuid: uuid(ctx.random),
    metadataDocument: input.SAMLMetadataDocument,
    createdAt,
    validUntil: validUntil(createdAt),
    tags,
  };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: provider }] });
  return { SAMLProviderArn: provider.arn, ...tagsMember(tags) };
};
