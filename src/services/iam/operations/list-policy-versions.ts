import { managedPolicy, policyNotFound } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toPolicyVersion } from "../request/shapes.ts";

/** The newest version first. */
export const ListPolicyVersions: IamHandler<"ListPolicyVersions"> = async (input, ctx) => {
  const policy = await managedPolicy(ctx, input.PolicyArn);
  if (policy === undefined) throw policyNotFound(input.PolicyArn);
  const { items, more } = listPage("ListPolicyVersions", input, policy.value.versions, ({ versionId }) =>
    descending(Number(versionId.slice(1))),
  );
  return { Versions: items.map((version) => toPolicyVersion(policy.value, version)), ...more };
};

/** Text that is in the opposite order of the numbers. */
function descending(version: number): string {
  return String(10 ** 9 - version).padStart(10, "0");
}
