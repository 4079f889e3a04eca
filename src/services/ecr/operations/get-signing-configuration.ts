import type { EcrHandler } from "../request/handler.ts";
import { noSigningConfiguration } from "../request/signing.ts";

export const GetSigningConfiguration: EcrHandler<"GetSigningConfiguration"> = async (_, { account }) => {
  throw noSigningConfiguration(account);
};
