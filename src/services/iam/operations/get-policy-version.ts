import { encodeDocument } from "../request/documents.ts";
import { managedPolicy, policyNotFound } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toPolicyVersion } from "../request/shapes.ts";
import { findVersion } from "../request/versions.ts";

export const GetPolicyVersion: IamHandler<"GetPolicyVersion"> = async (input, ctx) => {
  const policy = await managedPolicy(ctx, input.PolicyArn);
  if (policy === undefined) throw policyNotFound(input.PolicyArn);
  const version = findVersion(policy.value, input.PolicyArn, input.VersionId);
  return { PolicyVersion: { ...toPolicyVersion(policy.value, version), Document: encodeDocument(version.document) } };
};
