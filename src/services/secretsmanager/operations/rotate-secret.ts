import { Fault } from "#kernel/fault.ts";
import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";
import { requireToken } from "../request/new-version.ts";

/** Rotation needs a function that the platform cannot run: it is refused as where the function cannot be invoked. */
export const RotateSecret: SecretsHandler<"RotateSecret"> = async (input, ctx) => {
  requireToken(input.ClientRequestToken, "InvalidParameterException");
  requireLiveSecret(ctx, input.SecretId);
  if (input.RotationLambdaARN === undefined) {
    const message = "No Lambda rotation function ARN is associated with this secret.";
    throw new Fault("InvalidRequestException", message);
  }
  const message =
    "Secrets Manager cannot invoke the specified Lambda function. " +
    "Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.";
  throw new Fault("AccessDeniedException", message);
};
