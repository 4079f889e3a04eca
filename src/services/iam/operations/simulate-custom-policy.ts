import { Fault } from "#kernel/fault.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { heldInput, simulate } from "../simulation/simulate.ts";

export const SimulateCustomPolicy: IamHandler<"SimulateCustomPolicy"> = async (input, ctx) => {
  const boundary = heldInput(input.PermissionsBoundaryPolicyInputList ?? [], "PermissionsBoundaryPolicyInputList");
  if (boundary.length > 1) throw new Fault("InvalidInputException", "Only one permissions boundary can be given.");
  const identity = heldInput(input.PolicyInputList, "PolicyInputList");
  const results = simulate(input, { identity, boundary, tellsOfOrganization: false, account: ctx.account });
  const { items, more } = listPage("SimulateCustomPolicy", input, [...results.entries()], ([index]) =>
    String(index).padStart(6, "0"),
  );
  return { EvaluationResults: items.map(([, result]) => result), ...more };
};
