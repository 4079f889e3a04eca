import type { EcrHandler } from "../request/handler.ts";
import { noSigningConfiguration } from "../request/signing.ts";

export const DeleteSigningConfiguration: EcrHandler<"DeleteSigningConfiguration"> = async (_, { account }) => {
  throw noSigningConfiguration(account);
};
