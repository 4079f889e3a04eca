import type { Parameter } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { requireVersion } from "../request/find.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { toParameter } from "../request/shapes.ts";
import { readValue } from "../request/value.ts";

const absences = new Set(["ParameterNotFound", "ParameterVersionNotFound"]);

export function getParameters({ box }: SsmParts): SsmHandler<"GetParameters"> {
  return async (input, ctx) => {
    const Parameters: Parameter[] = [];
    const InvalidParameters: string[] = [];
    for (const name of new Set(input.Names)) {
      try {
        const { parameter, version, selector } = await requireVersion(ctx, name);
        const value = readValue(ctx, parameter, version, { decrypt: input.WithDecryption, box });
        Parameters.push(toParameter(parameter, version, value, selector));
      } catch (error) {
        if (!(error instanceof Fault) || !absences.has(error.code)) throw error;
        InvalidParameters.push(name);
      }
    }
    return { Parameters, InvalidParameters };
  };
}
