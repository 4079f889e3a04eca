import { Fault } from "#kernel/fault.ts";
import type { IamHandler } from "../request/handler.ts";
import { heldInput, simulatedPage } from "../simulation/simulate.ts";

export const SimulateCustomPolicy: IamHandler<"SimulateCustomPolicy"> = async (input, ctx) => {
  const boundary = heldInput(input.PermissionsBoundaryPolicyInputList ?? [], "PermissionsBoundaryPolicyInputList");
  if (boundary.length > 1) throw new Fault("InvalidInputException", "Only one permissions boundary can be given.");
  const identity = heldInput(input.PolicyInputList, "PolicyInputList");
  const simulation = { identity, boundary, tellsOfOrganization: false, account: ctx.account };
  return simulatedPage("SimulateCustomPolicy", { input }, simulation);
};
