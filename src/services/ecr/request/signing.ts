import { Fault } from "#kernel/fault.ts";

/** There is never one. */
export function noSigningConfiguration(account: string): Fault {
  const words = `Signing configuration does not exist in the registry with id '${account}'`;
  return new Fault("SigningConfigurationNotFoundException", words);
}
