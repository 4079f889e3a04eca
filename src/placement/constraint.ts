import { Fault } from "#kernel/fault.ts";
import { parseQuery } from "./query/parse.ts";
import type { Query } from "./query/query.ts";

/** One placement constraint as the API has it. */
export interface ConstraintInput {
  readonly type?: string | undefined;
  readonly expression?: string | undefined;
}

export interface Constraints {
  /** Each task of the group on an instance of its own. */
  readonly distinctInstance: boolean;
  /** All have to hold. */
  readonly memberOf: readonly Query[];
}

export const unconstrained: Constraints = { distinctInstance: false, memberOf: [] };

const maxConstraints = 10;

/**
 * Reads the constraints of a request; those of its task definition may be listed with them, as the limit of ten is for
 * both together. Throws `InvalidParameterException`.
 */
export function readConstraints(inputs: readonly ConstraintInput[]): Constraints {
  if (inputs.length > maxConstraints) {
    throw invalid(`Number of placement constraints should be less than or equal to ${maxConstraints}.`);
  }
  const memberOf: Query[] = [];
  let distinctInstance = false;
  for (const { type, expression } of inputs) {
    if (type === "distinctInstance") {
      if (expression !== undefined) throw invalid("distinctInstance expression should not be specified.");
      distinctInstance = true;
    } else if (type === "memberOf") {
      if (!expression) throw invalid("memberOf expression should be specified.");
      memberOf.push(parseQuery(expression));
    } else {
      throw invalid(
        `Invalid placement constraint type '${type ?? ""}'. Valid types are distinctInstance and memberOf.`,
      );
    }
  }
  return { distinctInstance, memberOf };
}

function invalid(message: string): Fault {
  return new Fault("InvalidParameterException", message);
}
