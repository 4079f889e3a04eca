import type { Parameter } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { readParameter } from "../request/read.ts";

const absences = new Set(["ParameterNotFound", "ParameterVersionNotFound"]);

export function getParameters({ box }: SsmParts): SsmHandler<"GetParameters"> {
  return async (input, ctx) => {
    const Parameters: Parameter[] = [];
    const InvalidParameters: string[] = [];
    for (const name of new Set(input.Names)) {
      try {
        Parameters.push(await readParameter(ctx, name, { decrypt: input.WithDecryption, box }));
      } catch (error) {
        if (!(error instanceof Fault) || !absences.has(error.code)) throw error;
        InvalidParameters.push(name);
      }
    }
    return { Parameters, InvalidParameters };
  };
}
