import type { ServiceModule } from "#kernel/handler.ts";
import { createAuthorization } from "./authorization.ts";
import { keyController } from "./controllers/key/controller.ts";
import { aliases, grants, keys } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { KmsParts } from "./request/handler.ts";

export const kmsCollections = [keys, aliases, grants];
export type KmsOptions = KmsParts;

/** AWS Key Management Service: symmetric keys, HMAC keys, and pairs to encrypt, sign and agree with. */
export function createKms(options: KmsOptions): ServiceModule {
  return {
    name: "kms",
    operations: createOperations(options),
    controllers: [keyController(options.box)],
    authorization: createAuthorization(options.box),
    collections: kmsCollections,
  };
}
