import { Fault } from "#kernel/fault.ts";
import type { EcrHandler } from "../request/handler.ts";

/** Images are signed by AWS Signer, which this platform has not: nobody is to believe that they are. */
export const PutSigningConfiguration: EcrHandler<"PutSigningConfiguration"> = async () => {
  const words = "AWS Signer is not available on this platform. Whoever pushes an image can sign it with notation or";
  throw new Fault("ValidationException", `${words} cosign.`);
};
