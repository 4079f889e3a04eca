import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type OidcProviderRecord, oidcProviderKey } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkClientIds, checkThumbprints, urlWithoutScheme } from "../request/oidc.ts";
import { requireRoom } from "../request/quotas.ts";
import { newTags, tagsMember } from "../request/tags.ts";

/** Without thumbprints the provider is trusted by the certificate authorities of the machine alone. */
export const CreateOpenIDConnectProvider: IamHandler<"CreateOpenIDConnectProvider"> = async (input, ctx) => {
  const url = urlWithoutScheme(input.Url);
  const clientIds = checkClientIds(input.ClientIDList ?? []);
  const thumbprints = checkThumbprints(input.ThumbprintList ?? []);
  const tags = newTags(input.Tags);
  const key = oidcProviderKey(ctx.account, url);
  if ((await ctx.store.get(key)).value !== undefined) {
    throw new Fault("EntityAlreadyExistsException", `Provider with url ${input.Url} already exists.`);
  }
  requireRoom(ctx, "OpenIdConnectProvidersPerAccount");
  const arn = iamArn(ctx, "oidc-provider", "/", url);
  const createdAt = now(ctx);
  const provider: OidcProviderRecord = { account: ctx.account, arn, url, clientIds, thumbprints, tags, createdAt };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: provider }] });
  return { OpenIDConnectProviderArn: arn, ...tagsMember(tags) };
};
