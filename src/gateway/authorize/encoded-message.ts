import { type AccessRequest, authorizationMessagePurpose } from "#kernel/authorization.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Decision } from "#services/iam/policy/index.ts";

/** The details of a refusal as `sts:DecodeAuthorizationMessage` shows them, sealed together with whose they are. */
export function encodedMessage(secretBox: SecretBox, request: AccessRequest, decision: Decision): string {
  const { caller, action, resource, conditionKeys = {} } = request;
  const itemsOf = (items: readonly unknown[]) => ({ items });
  const message = {
    allowed: false,
    explicitDeny: decision.effect === "explicitDeny",
    matchedStatements: itemsOf(
      decision.matched.map(({ kind, policyId, index, sid }) => ({
        statementId: sid ?? "",
        effect: "DENY",
        policy: { id: policyId, kind, statement: index + 1 },
      })),
    ),
    failures: itemsOf([]),
    context: {
      principal: { id: caller.userId, name: caller.arn.split("/").at(-1) ?? "", arn: caller.arn },
      action,
      resource,
      conditions: itemsOf(
        Object.entries(conditionKeys).flatMap(([key, value]) => {
          if (value === undefined) return [];
          const values = typeof value === "string" ? [value] : value;
          return [{ key, values: itemsOf(values.map((item) => ({ value: item }))) }];
        }),
      ),
    },
  };
  return secretBox.seal(JSON.stringify({ account: caller.account, message }), authorizationMessagePurpose);
}
