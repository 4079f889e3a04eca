import { Fault } from "#kernel/fault.ts";
import { errorShapeOf, faultStyleOf } from "../faults.ts";
import type { Member, Operation, Shape } from "../model.ts";
import { type Violation, violationsOf } from "./constraints.ts";
import { beyondLimit } from "./list-limits.ts";
import { type ValidationRules, validationRulesOf } from "./rules.ts";

/** Throws the service's fault when the input breaks a constraint of the model, or of the documents beside it. */
export function validateInput(operation: Operation, input: Readonly<Record<string, unknown>>): void {
  if (operation.input === undefined) return;
  const violations = violationsOf(operation.input, input);
  if (violations.length > 0) throw validationFault(operation, violations);
  const beyond = beyondLimit(operation, input);
  if (beyond === undefined) return;
  const { words, violation } = beyond;
  throw words ? new Fault(words.code, words.message, { status: 400 }) : validationFault(operation, [violation]);
}

function validationFault(operation: Operation, violations: readonly Violation[]): Fault {
  const { name: service, protocols } = operation.service;
  const rules = validationRulesOf(service, faultStyleOf(protocols[0]!));
  for (const { kind, path } of violations) {
    const members = path.filter((part) => typeof part === "string").join(".");
    const words = kind === "required" ? rules.missing : kind === "maxLength" ? rules.tooLong : undefined;
    const own = kind === "pattern" ? rules.mismatched?.[members] : words?.[`${operation.name}.${members}`];
    if (own !== undefined) return new Fault(own.code, own.message, { status: 400 });
  }
  if (rules.wording === "ec2") return ec2Fault(violations[0]!);
  const code = rules.codes.find((candidate) => errorShapeOf(operation, candidate) !== undefined) ?? rules.codes[0]!;
  const message = rules.wording === "ecr" ? ecrMessage(violations[0]!) : coralMessage(violations, rules);
  return new Fault(code, message, { status: 400 });
}

/** As ECR's refusals read in public reports. Names of repositories it checks itself: `must`, not `Member must`. */
function ecrMessage({ kind, path, member, text }: Violation): string {
  const { pattern } = member.shape.traits;
  const isName = path.length === 1 && path[0] === "repositoryName";
  const words =
    kind === "pattern"
      ? `must satisfy regular expression '${pattern!.replaceAll("\\/", "/")}'`
      : isName
        ? text.replace("Member must", "must")
        : text;
  return `Invalid parameter at '${coralPath(path)}' failed to satisfy constraint: '${words}'`;
}

function coralMessage(violations: readonly Violation[], rules: ValidationRules): string {
  const count = `${violations.length} validation error${violations.length === 1 ? "" : "s"} detected: `;
  return count + violations.map((violation) => coralViolation(violation, rules)).join("; ");
}

function coralViolation({ path, member, value, text, kind }: Violation, rules: ValidationRules): string {
  const shown =
    !rules.showsValue || isSensitive(member)
      ? ""
      : kind === "required"
        ? " null"
        : ` '${coralText(member.shape, value)}'`;
  return `Value${shown} at '${coralPath(path)}' failed to satisfy constraint: ${text}`;
}

/** `Tags[0].Key` is `tags.1.member.key` in AWS's messages. */
function coralPath(path: Violation["path"]): string {
  return path.map((part) => (typeof part === "number" ? `${part}.member` : lowerFirst(part))).join(".");
}

/** A value as the services' own language prints it: `[a, b]`, `Tag(key=a, value=null)`, `{a=b}`. */
function coralText(shape: Shape, value: unknown): string {
  if (shape.traits.sensitive) return "***Sensitive Data Redacted***";
  if (value === undefined || value === null) return "null";
  switch (shape.type) {
    case "structure": {
      const record = value as Record<string, unknown>;
      const members = shape.members.map((member) => `${lowerFirst(member.name)}=${memberText(member, record)}`);
      return `${shape.name}(${members.join(", ")})`;
    }
    case "list":
      return `[${(value as unknown[]).map((item) => coralText(shape.element!.shape, item)).join(", ")}]`;
    case "map": {
      const entries = Object.entries(value as Record<string, unknown>);
      return `{${entries.map(([key, item]) => `${key}=${coralText(shape.value!.shape, item)}`).join(", ")}}`;
    }
    default:
      return String(value);
  }
}

function memberText(member: Member, record: Readonly<Record<string, unknown>>): string {
  return coralText(member.shape, record[member.name]);
}

function ec2Fault({ kind, path, value, member }: Violation): Fault {
  const name = lowerFirst(member.traits.locationName ?? String(path.findLast((part) => typeof part === "string")));
  if (kind === "required") {
    return new Fault("MissingParameter", `The request must contain the parameter ${name}`, { status: 400 });
  }
  const { max, min } = member.shape.traits;
  if (kind === "maxValue" || kind === "minValue") {
    const range = kind === "maxValue" ? `less than or equal to ${max}` : `greater than or equal to ${min}`;
    const message = `Value ( ${value} ) for parameter ${name} is invalid. Expecting a value ${range}.`;
    return new Fault("InvalidParameterValue", message, { status: 400 });
  }
  const shown = isSensitive(member) ? "" : ` (${coralText(member.shape, value)})`;
  return new Fault("InvalidParameterValue", `Value${shown} for parameter ${name} is invalid.`, { status: 400 });
}

function isSensitive({ shape }: Member): boolean {
  const inner = shape.element ?? shape.value;
  return Boolean(shape.traits.sensitive ?? inner?.shape.traits.sensitive);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
