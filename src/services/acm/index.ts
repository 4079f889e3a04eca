import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { renewalController } from "./controllers/renewal.ts";
import { authorities, certificates } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { AcmParts } from "./request/handler.ts";

export { certificateAuthority } from "./authority.ts";

export const acmCollections = [authorities, certificates];
export type AcmOptions = AcmParts;

/** AWS Certificate Manager. What it issues is signed by an authority of the platform, one for each account. */
export function createAcm(options: AcmOptions): ServiceModule {
  return {
    name: "acm",
    operations: createOperations(options),
    controllers: [renewalController(options.box)],
    authorization,
    collections: acmCollections,
  };
}
