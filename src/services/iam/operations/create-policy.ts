import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type PolicyRecord, policyKey, uniqueId } from "../model.ts";
import { checkManagedPolicy } from "../request/documents.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { toPolicy } from "../request/shapes.ts";
import { newTags, tagsMember } from "../request/tags.ts";

export const CreatePolicy: IamHandler<"CreatePolicy"> = async (input, ctx) => {
  const { PolicyName: policyName, Path: path = "/", PolicyDocument: document } = input;
  const key = policyKey(ctx.account, policyName);
  if ((await ctx.store.get(key)).value !== undefined) {
    const message = `A policy called ${policyName} already exists. Duplicate names are not allowed.`;
    throw new Fault("EntityAlreadyExistsException", message);
  }
  checkManagedPolicy(document);
  const tags = newTags(input.Tags);
  requireRoom(ctx, "PoliciesPerAccount");
  const createdAt = now(ctx);
  const policy: PolicyRecord = {
    account: ctx.account,
    policyName,
    policyId: uniqueId(ctx.random, "ANPA"),
    path,
    arn: iamArn(ctx, "policy", path, policyName),
    ...(input.Description !== undefined && { description: input.Description }),
    createdAt,
    updatedAt: createdAt,
    defaultVersionId: "v1",
    versions: [{ versionId: "v1", document, createdAt }],
    lastVersion: 1,
    tags,
  };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: policy }] });
  return { Policy: { ...toPolicy(ctx.store, ctx.account, policy), ...tagsMember(tags) } };
};
