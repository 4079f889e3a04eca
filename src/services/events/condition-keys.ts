import { type Arn, parseArn } from "#kernel/arn.ts";
import type { AuthorizationScope, ConditionKeys } from "#kernel/authorization.ts";
import { defaultBusName, ruleKey, rules } from "./model.ts";
import { type CompiledPattern, cachedPattern } from "./pattern/compile.ts";
import { PatternError } from "./pattern/tokens.ts";

/** Where a pattern says what the condition keys of PutRule are about. */
const patternPaths: Readonly<Record<string, string>> = {
  "events:source": "source",
  "events:detail-type": "detail-type",
  "events:detail.service": "detail.service",
  "events:detail.eventTypeCode": "detail.eventTypeCode",
  "events:detail.userIdentity.principalId": "detail.userIdentity.principalId",
};

/**
 * What the rule's pattern asks for (EventBridge User Guide, "Using IAM policy conditions"). A pattern that leaves a
 * field open, if only in one of its alternatives, has no key for it: `Null` in a policy finds that out.
 */
export function patternKeys(text: string | undefined): ConditionKeys {
  const pattern = text === undefined ? undefined : patternOrNot(text);
  return Object.fromEntries(Object.entries(patternPaths).map(([key, path]) => [key, pattern?.valuesOf(path)]));
}

/** What is no pattern is refused by the operation itself. */
function patternOrNot(text: string): CompiledPattern | undefined {
  try {
    return cachedPattern(text);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

/** The account that made the rule with this ARN; with `maker`, which account makes it when it is not there yet. */
export function creatorKey(ruleArn: string, scope: AuthorizationScope, maker?: string): ConditionKeys {
  const found = ruleWithArn(ruleArn, scope);
  return { "events:creatorAccount": found?.createdBy ?? maker };
}

/** Undefined also for what is no rule. */
export function ruleWithArn(text: string, { store }: AuthorizationScope) {
  const arn = parseArn(text);
  const place = arn === undefined ? undefined : rulePlace(arn);
  return place && store.view(rules).get(ruleKey(arn!, place.busName, place.name))?.value;
}

/** The bus and the name that a rule's ARN has; undefined when it is no rule's. That of the default bus is not named. */
export function rulePlace({ service, resource }: Pick<Arn, "service" | "resource">) {
  if (service !== "events" || !resource.startsWith("rule/")) return undefined;
  const [, ...names] = resource.split("/");
  const busName = names.slice(0, -1).join("/") || defaultBusName;
  return names.length > 1 && busName === defaultBusName ? undefined : { busName, name: names.at(-1)! };
}
