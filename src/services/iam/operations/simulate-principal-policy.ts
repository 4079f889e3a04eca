import { Fault } from "#kernel/fault.ts";
import type { IamHandler } from "../request/handler.ts";
import { policiesOfPrincipal, withoutExcluded } from "../simulation/principal.ts";
import { heldInput, simulatedPage } from "../simulation/simulate.ts";

export const SimulatePrincipalPolicy: IamHandler<"SimulatePrincipalPolicy"> = async (input, ctx) => {
  const given = heldInput(input.PermissionsBoundaryPolicyInputList ?? [], "PermissionsBoundaryPolicyInputList");
  if (given.length > 1) throw new Fault("InvalidInputException", "Only one permissions boundary can be given.");
  const held = withoutExcluded(policiesOfPrincipal(ctx, input.PolicySourceArn), input.PolicyExclusionList ?? []);
  const identity = [...held.identity, ...heldInput(input.PolicyInputList ?? [], "PolicyInputList")];
  const own = held.boundary === undefined ? [] : [held.boundary];
  const isUser = input.PolicySourceArn.includes(":user/");
  const request = isUser ? { CallerArn: input.PolicySourceArn, ...input } : input;
  const boundary = given.length > 0 ? given : own;
  const simulation = { identity, boundary, tellsOfOrganization: true, account: ctx.account };
  return simulatedPage("SimulatePrincipalPolicy", { input, request }, simulation);
};
