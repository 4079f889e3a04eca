import type { MetricTransformation } from "#generated/logs/types.ts";
import { numberIn } from "../number-in.ts";
import type { FilterPattern, Match } from "../patterns/filter-pattern.ts";

/** A transformation that cannot be; the message is the one that the caller is told. */
export class TransformationError extends Error {
  override readonly name = "TransformationError";
}

/** What a metric filter publishes for a message that it matches; undefined: the message has no such value. */
export type Transform = (match: Match) => { readonly value: number; readonly dimensions: Dimensions } | undefined;

type Dimensions = Readonly<Record<string, string>>;

const mostDimensions = 3;

/** The transformation of a filter with this pattern as a function. Throws a `TransformationError`. */
export function compileTransformation(
  pattern: FilterPattern,
  { metricNamespace, metricValue, defaultValue, dimensions = {} }: MetricTransformation,
): Transform {
  if (metricNamespace.startsWith("AWS/")) {
    throw new TransformationError("Invalid metric transformation: namespaces that begin with AWS/ are reserved.");
  }
  const names = Object.entries(dimensions);
  if (names.length > 0 && defaultValue !== undefined) {
    const words = "dimensions and default value are mutually exclusive properties.";
    throw new TransformationError(`Invalid metric transformation: ${words}`);
  }
  if (names.length > mostDimensions) {
    throw new TransformationError(`Invalid metric transformation: more than ${mostDimensions} dimensions.`);
  }
  const readValue = readerOf(pattern, metricValue);
  const readers = names.map(([name, selector]) => [name, selected(pattern, selector)] as const);
  return (match) => {
    const text = readValue(match);
    const value = text === undefined ? undefined : numberIn(text);
    if (value === undefined) return undefined;
    const found: Record<string, string> = {};
    for (const [name, read] of readers) {
      const dimension = read(match);
      if (dimension === undefined || dimension === "") return undefined;
      found[name] = dimension;
    }
    return { value, dimensions: found };
  };
}

/** A number stands for itself; what begins with `$` is a field of the pattern. */
function readerOf(pattern: FilterPattern, metricValue: string): (match: Match) => string | undefined {
  if (metricValue.startsWith("$")) return selected(pattern, metricValue);
  if (numberIn(metricValue) === undefined) {
    throw new TransformationError(`Invalid metric transformation: metric value ${metricValue} is no number.`);
  }
  return () => metricValue;
}

function selected(pattern: FilterPattern, selector: string): (match: Match) => string | undefined {
  if (pattern.hasField(selector)) return (match) => match.field(selector);
  throw new TransformationError(`Invalid metric transformation: the filter pattern has no field ${selector}.`);
}
