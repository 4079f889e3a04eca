import type { IamHandler } from "../request/handler.ts";
import { policiesOfPrincipal } from "../simulation/principal.ts";
import { contextKeyNames } from "./get-context-keys-for-custom-policy.ts";

export const GetContextKeysForPrincipalPolicy: IamHandler<"GetContextKeysForPrincipalPolicy"> = async (input, ctx) => {
  const { identity } = policiesOfPrincipal(ctx, input.PolicySourceArn);
  return {
    ContextKeyNames: contextKeyNames([...identity.map(({ document }) => document), ...(input.PolicyInputList ?? [])]),
  };
};
