import { Fault } from "#kernel/fault.ts";
import { isObject } from "#kernel/json-object.ts";
import type { LifecycleAction, LifecycleRule, LifecycleSelection } from "./rules.ts";

type Json = Readonly<Record<string, unknown>>;

const ruleKeys = new Set(["rulePriority", "description", "selection", "action"]);
const selectionKeys = new Set([
  ...["tagStatus", "tagPrefixList", "tagPatternList", "storageClass"],
  ...["countType", "countUnit", "countNumber"],
]);
const actionKeys = new Set(["type", "targetStorageClass"]);
const tagStatuses = new Set(["tagged", "untagged", "any"]);
/** What each kind of count may be used with. */
const countTypes: Readonly<Record<string, { readonly actions: readonly LifecycleAction[]; readonly class: string }>> = {
  imageCountMoreThan: { actions: ["expire", "transition"], class: "standard" },
  sinceImagePushed: { actions: ["expire", "transition"], class: "standard" },
  sinceImagePulled: { actions: ["transition"], class: "standard" },
  sinceImageTransitioned: { actions: ["expire"], class: "archive" },
};
const storageClasses = ["standard", "archive"] as const;
/** ECR keeps archived images for this long at least. */
const leastArchivedDays = 90;
const mostWildcards = 4;
/** What ECR's check of the policy's schema says of a selection that fits neither of its kinds. */
const noSchema = "instance failed to match exactly one schema (matched 0 out of 2)";

/** The rules in a lifecycle policy's text. Throws `InvalidParameterException` with what is wrong with it. */
export function parseLifecyclePolicy(text: string): readonly LifecycleRule[] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalid("Could not map policyString into LifecyclePolicy.");
  }
  if (!isObject(policy) || !Array.isArray(policy.rules)) {
    throw invalid('object has missing required properties (["rules"])');
  }
  const rules = policy.rules.map(readRule);
  const priorities = new Set(rules.map(({ rulePriority }) => rulePriority));
  if (priorities.size < rules.length) throw invalid("each rulePriority may be used once");
  for (const storageClass of storageClasses) checkTogether(rules.filter((rule) => isOf(rule, storageClass)));
  return rules;
}

function isOf({ selection }: LifecycleRule, storageClass: LifecycleSelection["storageClass"]): boolean {
  return selection.storageClass === storageClass;
}

/** What the rules of one storage class must be to each other, in ECR's words. */
function checkTogether(rules: readonly LifecycleRule[]): void {
  if (rules.filter(({ selection }) => selection.tagStatus === "untagged").length > 1) {
    throw invalid("Only one rule can select Untagged images per storage class.");
  }
  const last = Math.max(...rules.map(({ rulePriority }) => rulePriority));
  if (rules.some(({ selection, rulePriority }) => selection.tagStatus === "any" && rulePriority < last)) {
    throw invalid("Rule for tagStatus=ANY must have the lowest priority per storage class");
  }
}

function readRule(value: unknown): LifecycleRule {
  if (!isObject(value)) throw invalid("a rule must be an object");
  onlyKnown(value, ruleKeys);
  const { rulePriority, description, selection, action } = value;
  if (!isCount(rulePriority)) throw invalid("rulePriority must be a number from 1");
  if (description !== undefined && typeof description !== "string") throw invalid("description must be a text");
  const described = description === undefined ? {} : { description };
  const read = { selection: readSelection(selection), action: readAction(action) };
  const { countType } = read.selection;
  if (!countTypes[countType]!.actions.includes(read.action)) {
    throw invalid(`${countType} cannot be used with the action ${read.action}`);
  }
  return { rulePriority, ...described, ...read };
}

function readAction(value: unknown): LifecycleAction {
  if (!isObject(value)) throw invalid("a rule must have an action");
  onlyKnown(value, actionKeys);
  const { type, targetStorageClass } = value;
  if (type !== "expire" && type !== "transition") throw invalid("the action's type must be expire or transition");
  if (targetStorageClass !== (type === "transition" ? "archive" : undefined)) {
    throw invalid("targetStorageClass must be archive with transition, and only then be given");
  }
  return type;
}

function readSelection(value: unknown): LifecycleSelection {
  if (!isObject(value)) throw invalid("a rule must have a selection");
  onlyKnown(value, selectionKeys);
  const { tagStatus, tagPrefixList, tagPatternList, countType, countUnit, countNumber, storageClass } = value;
  if (!tagStatuses.has(tagStatus as string)) throw invalid("tagStatus must be tagged, untagged or any");
  if (typeof countType !== "string" || !Object.hasOwn(countTypes, countType)) {
    throw invalid(`countType must be one of ${Object.keys(countTypes).join(", ")}`);
  }
  if (!isCount(countNumber)) throw invalid("countNumber must be a number from 1");
  // A countUnit of days goes with ages, and with ages only; a null is none of either.
  if (countUnit !== (countType === "imageCountMoreThan" ? undefined : "days")) throw invalid(noSchema);
  const onlyClass = countTypes[countType]!.class;
  if (storageClass !== onlyClass && (storageClass !== undefined || onlyClass === "archive")) {
    throw invalid(`storageClass must be ${onlyClass} with ${countType}`);
  }
  if (countType === "sinceImageTransitioned" && countNumber < leastArchivedDays) {
    throw invalid(`countNumber must be at least ${leastArchivedDays} with ${countType}`);
  }
  const lists = [tagPrefixList, tagPatternList].filter((list) => list !== undefined);
  if (tagStatus === "tagged" && lists.length === 0) {
    throw invalid("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.");
  }
  if (lists.length > (tagStatus === "tagged" ? 1 : 0)) {
    throw invalid("only tagged may have a tagPrefixList or a tagPatternList, and not both");
  }
  const list = lists[0] === undefined ? [] : readTexts(lists[0]);
  if (tagPatternList !== undefined && list.some((pattern) => pattern.split("*").length - 1 > mostWildcards)) {
    throw invalid(`a pattern may have at most ${mostWildcards} wildcards`);
  }
  return {
    tagStatus: tagStatus as LifecycleSelection["tagStatus"],
    ...(tagPrefixList !== undefined && { tagPrefixList: list }),
    ...(tagPatternList !== undefined && { tagPatternList: list }),
    storageClass: onlyClass as LifecycleSelection["storageClass"],
    countType: countType as LifecycleSelection["countType"],
    countNumber,
  };
}

function readTexts(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string" && each);
  if (!isList) throw invalid("lists of tags must have texts");
  return value as string[];
}

function onlyKnown(value: Json, known: ReadonlySet<string>): void {
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) {
    throw invalid(`object instance has properties which are not allowed by the schema: ["${unknown}"]`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function invalid(problem: string): Fault {
  const words = "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint:";
  return new Fault("InvalidParameterException", `${words} 'Lifecycle policy validation failure: ${problem}'`);
}
