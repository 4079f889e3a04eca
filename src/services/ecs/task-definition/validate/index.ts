import { Fault } from "#kernel/fault.ts";
import type { Compatibility } from "../../model/task-definition.ts";
import { refusedFields } from "../fields.ts";
import { dependencyRules } from "./dependencies.ts";
import { fargateRules } from "./fargate.ts";
import { linuxRules } from "./linux.ts";
import { loggingRules } from "./logging.ts";
import { nameRules } from "./names.ts";
import { networkRules } from "./network.ts";
import { platformRules } from "./platform.ts";
import { portRules } from "./ports.ts";
import { containerMemoryGiven, resourceRules } from "./resources.ts";
import type { Definition, Rule } from "./rule.ts";
import { timingRules } from "./timing.ts";
import { volumeRules } from "./volumes.ts";

/** "Task definition size limit" of the service quotas. */
const maxBytes = 65_536;

const size: Rule = function* (definition) {
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes > maxBytes) yield `Actual length: '${bytes}'. Max allowed length is '${maxBytes}' bytes.`;
};

/** So a description with no tags cannot be registered again as it is. */
const tagsGiven: Rule = function* ({ tags }) {
  if (tags?.length === 0) yield "Tags can not be empty.";
};

const notOutsideAws: Rule = function* ({ networkMode }) {
  if (networkMode === "awsvpc") yield "Tasks using the External launch type do not support network mode ‘awsvpc’.";
};

/** What each compatibility asks for beyond what every definition must be, in the order in which AWS lists them. */
const compatibilityRules: readonly (readonly [Compatibility, readonly Rule[]])[] = [
  ["EXTERNAL", [containerMemoryGiven, notOutsideAws]],
  ["EC2", [containerMemoryGiven]],
  ["FARGATE", fargateRules],
];

const commonRules: readonly Rule[] = [
  ...nameRules,
  refusedFields,
  ...platformRules,
  ...resourceRules,
  ...networkRules,
  ...portRules,
  ...dependencyRules,
  ...volumeRules,
  ...timingRules,
  ...linuxRules,
  size,
];

/**
 * Checks a definition as RegisterTaskDefinition does, and works out what it can run on. Throws the fault
 * (`ClientException`) of the first rule that it breaks.
 */
export function validateTaskDefinition(definition: Definition): readonly Compatibility[] {
  throwFirst([...commonRules, tagsGiven], definition);
  // Without a choice a definition is checked as one for EC2.
  const required = definition.requiresCompatibilities?.length ? definition.requiresCompatibilities : ["EC2"];
  for (const [compatibility, rules] of compatibilityRules) {
    if (required.includes(compatibility)) throwFirst(rules, definition);
  }
  // After Fargate's rules, whose words about drivers are AWS's own.
  throwFirst(loggingRules, definition);
  return compatibilityRules
    .filter(([, rules]) => firstProblem(rules, definition) === undefined)
    .map(([compatibility]) => compatibility);
}

/** What holds for every definition, whatever it runs on. Throws `ClientException`. */
export function validateAnyTaskDefinition(definition: Definition): void {
  throwFirst(commonRules, definition);
  throwFirst(loggingRules, definition);
}

function throwFirst(rules: readonly Rule[], definition: Definition): void {
  const problem = firstProblem(rules, definition);
  if (problem !== undefined) throw new Fault("ClientException", problem);
}

/** What the first rule that a definition breaks says of it. */
export function firstProblem(rules: readonly Rule[], definition: Definition): string | undefined {
  for (const rule of rules) for (const problem of rule(definition)) return problem;
  return undefined;
}
