import type { APIErrorType, SecretValueEntry } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import { secretArn } from "../model.ts";
import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { listSecrets } from "../request/list.ts";
import { findVersion, readValue } from "../request/read-value.ts";

export function batchGetSecretValue({ box }: SecretsParts): SecretsHandler<"BatchGetSecretValue"> {
  return async (input, ctx) => {
    const { SecretIdList, Filters, MaxResults, NextToken } = input;
    if ((SecretIdList === undefined) === (Filters === undefined)) {
      const message = "You must provide either SecretIdList or Filters, and not both.";
      throw new Fault("InvalidParameterException", message);
    }
    if (SecretIdList !== undefined && (MaxResults !== undefined || NextToken !== undefined)) {
      const message = "You can't use MaxResults or NextToken with SecretIdList.";
      throw new Fault("InvalidParameterException", message);
    }
    const page = SecretIdList === undefined ? listSecrets(ctx, "BatchGetSecretValue", input, 20) : undefined;
    const ids = SecretIdList ?? page?.items.map(secretArn) ?? [];
    const SecretValues: SecretValueEntry[] = [];
    const Errors: APIErrorType[] = [];
    for (const id of ids) {
      try {
        const secret = requireLiveSecret(ctx, id);
        SecretValues.push(await readValue(ctx, secret, findVersion(secret.value, {}), box));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        Errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
      }
    }
    return { SecretValues, Errors, ...(page?.NextToken && { NextToken: page.NextToken }) };
  };
}
