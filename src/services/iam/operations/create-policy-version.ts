import { Fault } from "#kernel/fault.ts";
import { checkManagedPolicy } from "../request/documents.ts";
import { requireOwnPolicy } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { toPolicyVersion } from "../request/shapes.ts";

const versionsPerPolicy = 5;

export const CreatePolicyVersion: IamHandler<"CreatePolicyVersion"> = async (input, ctx) => {
  const policy = await requireOwnPolicy(ctx, input.PolicyArn);
  checkManagedPolicy(input.PolicyDocument);
  if (policy.value.versions.length >= versionsPerPolicy) {
    throw new Fault(
      "LimitExceededException",
      `A managed policy can have up to ${versionsPerPolicy} versions. Before you create a new version, you must ` +
        "delete an existing version.",
    );
  }
  const lastVersion = policy.value.lastVersion + 1;
  const version = { versionId: `v${lastVersion}`, document: input.PolicyDocument, createdAt: now(ctx) };
  const value = {
    ...policy.value,
    lastVersion,
    updatedAt: version.createdAt,
    versions: [...policy.value.versions, version],
    ...(input.SetAsDefault && { defaultVersionId: version.versionId }),
  };
  await ctx.store.commit({ unchanged: [policy], put: [{ key: policy.key, value }] });
  return { PolicyVersion: toPolicyVersion(value, version) };
};
