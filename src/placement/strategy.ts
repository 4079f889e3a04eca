import { Fault } from "#kernel/fault.ts";
import { zoneAttribute } from "./instance.ts";

/** One placement strategy as the API has it. */
export interface StrategyInput {
  readonly type?: string | undefined;
  readonly field?: string | undefined;
}

/**
 * A rule that narrows what an instance is chosen from. Several hold in their order: a later one decides among those
 * that are equal by the earlier ones.
 */
export type Strategy =
  | { readonly type: "random" }
  | { readonly type: "binpack"; readonly field: "cpu" | "memory" }
  /** With `attribute`: evenly over its values. Without: evenly over the instances. */
  | { readonly type: "spread"; readonly attribute?: string };

/** Services are spread over the availability zones and then over the instances of the zone. */
export const serviceDefault: readonly Strategy[] = [{ type: "spread", attribute: zoneAttribute }, { type: "spread" }];
/** Tasks of RunTask are spread at random. */
export const taskDefault: readonly Strategy[] = [{ type: "random" }];

const maxStrategies = 5;

/** Reads the strategies of a request. Throws `InvalidParameterException`. An empty list stays one. */
export function readStrategies(inputs: readonly StrategyInput[]): Strategy[] {
  if (inputs.length > maxStrategies) {
    throw invalid(`Number of placement strategies should be less than or equal to ${maxStrategies}.`);
  }
  return inputs.map(readStrategy);
}

function readStrategy({ type, field = "" }: StrategyInput): Strategy {
  switch (type) {
    case "random":
      if (field !== "") throw invalid("random placement strategy should not have a field.");
      return { type };
    case "binpack": {
      const resource = field.toLowerCase();
      if (resource !== "cpu" && resource !== "memory") {
        throw invalid(`binpack placement strategy has an invalid field '${field}'. Valid fields are cpu and memory.`);
      }
      return { type, field: resource };
    }
    case "spread": {
      if (/^(?:instanceId|host)$/i.test(field)) return { type };
      const attribute = /^attribute:(.+)$/.exec(field)?.[1];
      if (attribute !== undefined) return { type, attribute };
      throw invalid(
        `spread placement strategy has an invalid field '${field}'. ` +
          "Valid fields are instanceId, host and attribute:<name>.",
      );
    }
    default:
      throw invalid(`Invalid placement strategy type '${type ?? ""}'. Valid types are random, spread and binpack.`);
  }
}

function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
