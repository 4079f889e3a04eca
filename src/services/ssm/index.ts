import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { parameters, parameterVersions } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { SsmParts } from "./request/handler.ts";

export const ssmCollections = [parameters, parameterVersions];
export type SsmOptions = SsmParts;

/** The Parameter Store of AWS Systems Manager. */
export function createSsm(options: SsmOptions): ServiceModule {
  return {
    name: "ssm",
    operations: createOperations(options),
    controllers: [],
    authorization,
    collections: ssmCollections,
  };
}
