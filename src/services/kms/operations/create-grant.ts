import { isDeepStrictEqual } from "node:util";
import type { CreateGrantRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import { hex } from "#kernel/random.ts";
import { checkEnabled, findKey, type GrantRecord, grantKey, grants, invalidKeyId, isPair } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import { checkGrantOperations, checkPrincipal } from "../request/grant.ts";
import { grantToken } from "../request/grant-token.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

/** A grant counts from now on: see `authorization.ts`, where it becomes part of the key's policy. */
export function createGrant({ box }: KmsParts): KmsHandler<"CreateGrant"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    if (/^alias\/|:alias\//.test(input.KeyId)) throw invalidKeyId(input.KeyId);
    const key = findKey(ctx, input.KeyId);
    checkEnabled(key.value);
    checkGrantOperations(key.value, input.Operations);
    const asked = askedFor(input);
    if (asked.constraints !== undefined && isPair(key.value.keySpec)) {
      // "You cannot include grant constraints in a grant for an asymmetric KMS key" (API_GrantConstraints).
      throw new Fault("ValidationException", "Grants on asymmetric KMS keys cannot have constraints.");
    }
    const same = ctx.store
      .view(grants)
      .by("key", key.value.keyId)
      .find(({ value }) => input.Name !== undefined && isSame(value, asked));
    endDryRun(input);
    // With a name the call can be sent again: it makes no second grant.
    if (same !== undefined) return { GrantId: same.value.grantId, GrantToken: grantToken(same.value.grantId, box) };
    const grantId = hex(ctx.random, 64);
    const value: GrantRecord = {
      ...asked,
      keyId: key.value.keyId,
      grantId,
      issuingAccount: ctx.account,
      region: ctx.region,
      creationDate: ctx.clock.now(),
    };
    await ctx.store.commit({ unchanged: [key], put: [{ key: grantKey(value), value }] });
    return { GrantId: grantId, GrantToken: grantToken(grantId, box) };
  };
}

type Asked = Pick<GrantRecord, "name" | "granteePrincipal" | "retiringPrincipal" | "operations" | "constraints">;

function askedFor(input: CreateGrantRequest): Asked {
  if (input.GranteeServicePrincipal !== undefined || input.RetiringServicePrincipal !== undefined) {
    throw new Fault(
      "ValidationException",
      "Grants to services are not supported: no service of this platform needs one.",
    );
  }
  if (input.Constraints?.SourceArn !== undefined) {
    throw new Fault("ValidationException", "The constraint SourceArn is not supported: it is for grants to services.");
  }
  if (input.GranteePrincipal === undefined) throw new Fault("ValidationException", "GranteePrincipal is required.");
  checkPrincipal(input.GranteePrincipal);
  if (input.RetiringPrincipal !== undefined) checkPrincipal(input.RetiringPrincipal);
  const { EncryptionContextSubset: subset, EncryptionContextEquals: equals } = input.Constraints ?? {};
  return {
    ...(input.Name !== undefined && { name: input.Name }),
    granteePrincipal: input.GranteePrincipal,
    ...(input.RetiringPrincipal !== undefined && { retiringPrincipal: input.RetiringPrincipal }),
    operations: [...new Set(input.Operations)],
    ...((subset || equals) && {
      constraints: {
        ...(subset && { EncryptionContextSubset: subset }),
        ...(equals && { EncryptionContextEquals: equals }),
      },
    }),
  };
}

function isSame(grant: GrantRecord, asked: Asked): boolean {
  const { name, granteePrincipal, retiringPrincipal, operations, constraints } = grant;
  return (
    name === asked.name &&
    granteePrincipal === asked.granteePrincipal &&
    retiringPrincipal === asked.retiringPrincipal &&
    isDeepStrictEqual([...operations].sort(), [...asked.operations].sort()) &&
    isDeepStrictEqual(constraints, asked.constraints)
  );
}
