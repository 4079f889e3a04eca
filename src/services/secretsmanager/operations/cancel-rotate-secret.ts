import { Fault } from "#kernel/fault.ts";
import { requireLiveSecret } from "../request/find.ts";
import type { SecretsHandler } from "../request/handler.ts";

/** No secret is ever rotated here: see RotateSecret. */
export const CancelRotateSecret: SecretsHandler<"CancelRotateSecret"> = async (input, ctx) => {
  requireLiveSecret(ctx, input.SecretId);
  throw new Fault("InvalidRequestException", "Rotation is not turned on for this secret.");
};
