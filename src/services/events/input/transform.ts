import type { InputTransformer } from "#generated/events/types.ts";
import { parseJsonPath, valueAt } from "./json-path.ts";

/** What the variables that EventBridge itself defines stand for. */
export interface ReservedVariables {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601. */
  readonly ingestionTime: string;
}

const reservedNames = [
  "aws.events.rule-arn",
  "aws.events.rule-name",
  "aws.events.event.ingestion-time",
  "aws.events.event",
  "aws.events.event.json",
];

const placeholder = /<([\w.-]+)>/y;

/** The placeholders of a template that nothing is defined for. */
export function unknownPlaceholders({ InputTemplate, InputPathsMap = {} }: InputTransformer): readonly string[] {
  const used = InputTemplate.matchAll(/<([\w.-]+)>/g);
  return [...used]
    .map(([, name]) => name!)
    .filter((name) => !Object.hasOwn(InputPathsMap, name) && !reservedNames.includes(name));
}

/**
 * Fills a template (User Guide, "Input transformation"). Inside of quotation marks a text stands as it is, and what is
 * no text without its quotation marks; elsewhere both are JSON. What the event does not have is an empty text.
 */
export function transformInput(transformer: InputTransformer, event: object, reserved: ReservedVariables): string {
  const { InputTemplate: template, InputPathsMap = {} } = transformer;
  let output = "";
  let isQuoted = false;
  for (let i = 0; i < template.length; i++) {
    const char = template[i]!;
    placeholder.lastIndex = i;
    const name = char === "<" ? placeholder.exec(template)?.[1] : undefined;
    if (name !== undefined) {
      const path = Object.hasOwn(InputPathsMap, name) ? InputPathsMap[name] : undefined;
      const value = path === undefined ? reservedValue(name, event, reserved) : atPath(event, path);
      output += isQuoted ? insideText(value) : asJson(value);
      i += name.length + 1;
    } else if (char === "\\" && isQuoted) {
      output += char + (template[++i] ?? "");
    } else {
      if (char === '"') isQuoted = !isQuoted;
      output += char;
    }
  }
  return output;
}

function atPath(event: object, path: string): unknown {
  const steps = parseJsonPath(path);
  return steps && valueAt(event, steps);
}

function reservedValue(name: string, event: object, reserved: ReservedVariables): unknown {
  switch (name) {
    case "aws.events.rule-arn":
      return reserved.ruleArn;
    case "aws.events.rule-name":
      return reserved.ruleName;
    case "aws.events.event.ingestion-time":
      return reserved.ingestionTime;
    case "aws.events.event":
      return withoutDetail(event, reserved.ingestionTime);
    case "aws.events.event.json":
      return event;
    default:
      return undefined;
  }
}

/** As AWS gives it: without the detail, and with the time of its arrival. */
function withoutDetail(event: object, time: string): object {
  const { detail: _, "detail-type": detailType, ...rest } = event as Record<string, unknown>;
  return { ...rest, detailType, time };
}

function insideText(value: unknown): string {
  if (value === undefined) return "";
  const json = JSON.stringify(value);
  return typeof value === "string" ? json.slice(1, -1) : json.replaceAll('"', "");
}

function asJson(value: unknown): string {
  return value === undefined ? '""' : JSON.stringify(value);
}
