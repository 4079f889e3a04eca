import type {
  AccessRequest,
  AuthorizationScope,
  ConditionKeys,
  OperationAuthorization,
  ServiceAuthorization,
} from "#kernel/authorization.ts";

/** What IAM is asked before an operation runs: each of it must be allowed. Empty: everyone may. */
export function questionsOf(
  service: ServiceAuthorization,
  operationName: string,
  // biome-ignore lint/suspicious/noExplicitAny: each entry is typed by its operation; its model has checked the input.
  entry: OperationAuthorization<any>,
  input: unknown,
  scope: AuthorizationScope,
): AccessRequest[] {
  if (entry.free) return [];
  const { caller, account, region } = scope;
  const action = entry.action ?? `${service.prefix}:${operationName}`;
  const named = entry.resources?.(input, scope) ?? [];
  const requestTags = entry.requestTags?.(input, scope);
  const tagKeys = entry.tagKeys?.(input) ?? (requestTags && Object.keys(requestTags));
  const questions: AccessRequest[] = (named.length === 0 ? ["*"] : named).map((resource) => ({
    caller,
    account,
    region,
    action,
    resource,
    conditionKeys: withTagKeys(entry.conditionKeys?.(input, scope, resource), tagKeys),
    requestTags,
  }));
  for (const { conditionKeys, requestTags: tags, ...requirement } of entry.also?.(input, scope) ?? []) {
    questions.push({
      ...{ caller, account, region, ...requirement },
      conditionKeys: withTagKeys(conditionKeys, tags && Object.keys(tags)),
      ...(tags && { requestTags: tags }),
    });
  }
  return questions;
}

function withTagKeys(keys: ConditionKeys | undefined, tagKeys: readonly string[] | undefined): ConditionKeys {
  return tagKeys === undefined ? (keys ?? {}) : { ...keys, "aws:TagKeys": tagKeys };
}
