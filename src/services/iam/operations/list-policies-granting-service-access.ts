import type { PolicyGrantingServiceAccess } from "#generated/iam/types.ts";
import { checkNamespace } from "../last-accessed/report.ts";
import { grantsAccess } from "../last-accessed/services.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { type HeldPolicy, policiesOfPrincipal } from "../simulation/principal.ts";

const entityTypes = { user: "USER", group: "GROUP", role: "ROLE" } as const;

/** Permissions alone count: not what boundaries, conditions or resources leave of them. */
export const ListPoliciesGrantingServiceAccess: IamHandler<"ListPoliciesGrantingServiceAccess"> = async (
  input,
  ctx,
) => {
  for (const namespace of input.ServiceNamespaces) checkNamespace(namespace);
  const held = policiesOfPrincipal(ctx, input.Arn).identity.map((policy) => ({
    policy,
    grants: grantsAccess(policy.document),
  }));
  const namespaces = [...new Set(input.ServiceNamespaces)];
  const { items, more } = listPage("ListPoliciesGrantingServiceAccess", input, namespaces, (namespace) => namespace);
  return {
    PoliciesGrantingServiceAccess: items.map((namespace) => ({
      ServiceNamespace: namespace,
      Policies: held.filter(({ grants }) => grants(namespace)).map(({ policy }) => toPolicy(policy)),
    })),
    ...more,
  };
};

function toPolicy({ id, arn, inline }: HeldPolicy): PolicyGrantingServiceAccess {
  if (inline === undefined) return { PolicyName: id, PolicyType: "MANAGED", PolicyArn: arn! };
  const type = inline.AttachmentType as keyof typeof entityTypes;
  return {
    PolicyName: inline.PolicyName!,
    PolicyType: "INLINE",
    EntityType: entityTypes[type],
    EntityName: inline.AttachmentName!,
  };
}
