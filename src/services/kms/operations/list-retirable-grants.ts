import { Fault } from "#kernel/fault.ts";
import { grants, keys } from "../model.ts";
import { toGrant } from "../request/grant.ts";
import type { KmsHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const ListRetirableGrants: KmsHandler<"ListRetirableGrants"> = async (input, ctx) => {
  const principal = input.RetiringPrincipal;
  if (principal === undefined) throw new Fault("ValidationException", "RetiringPrincipal is required.");
  const found = [...ctx.store.view(grants).all()]
    .map(({ value }) => value)
    .filter(({ retiringPrincipal, region }) => retiringPrincipal === principal && region === ctx.region);
  const { items, more } = listPage(`ListRetirableGrants ${principal}`, input, found, ({ grantId }) => grantId);
  const accountOf = (keyId: string) => ctx.store.view(keys).by("id", keyId)[0]?.value.account ?? ctx.account;
  return { Grants: items.map((grant) => toGrant(grant, accountOf(grant.keyId))), ...more };
};
