import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler, SecretsParts } from "../request/handler.ts";
import { checkResourcePolicy, isPublic } from "../request/resource-policy.ts";

export function validateResourcePolicy(parts: SecretsParts): SecretsHandler<"ValidateResourcePolicy"> {
  return async (input, ctx) => {
    if (input.SecretId !== undefined) requireLiveSecret(ctx, input.SecretId);
    checkResourcePolicy(input.ResourcePolicy, parts);
    if (!isPublic(input.ResourcePolicy)) return { PolicyValidationPassed: true, ValidationErrors: [] };
    const error = {
      CheckName: "PUBLIC_POLICY",
      ErrorMessage: "The resource policy grants broad access to the secret.",
    };
    return { PolicyValidationPassed: false, ValidationErrors: [error] };
  };
}
