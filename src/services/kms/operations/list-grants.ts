import { findKey, grants, invalidKeyId } from "../model.ts";
import { toGrant } from "../request/grant.ts";
import type { KmsHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListGrants: KmsHandler<"ListGrants"> = async (input, ctx) => {
  const { GrantId, GranteePrincipal, GranteeServicePrincipal } = input;
  if (/^alias\/|:alias\//.test(input.KeyId)) throw invalidKeyId(input.KeyId);
  const key = findKey(ctx, input.KeyId).value;
  const found = ctx.store
    .view(grants)
    .by("key", key.keyId)
    .map(({ value }) => value)
    .filter(
      (grant) =>
        (GrantId === undefined || grant.grantId === GrantId) &&
        (GranteePrincipal === undefined || grant.granteePrincipal === GranteePrincipal) &&
        // There are no grants to services.
        GranteeServicePrincipal === undefined,
    );
  const { items, more } = listPage(`ListGrants ${key.keyId}`, input, found, ({ grantId }) => grantId);
  return { Grants: items.map((grant) => toGrant(grant, key.account)), ...more };
};
