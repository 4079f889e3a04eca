import type { ServiceModule } from "#kernel/handler.ts";
import { authorization } from "./authorization.ts";
import { removalController } from "./controllers/removal/controller.ts";
import { secrets, secretValues } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { SecretsParts } from "./request/handler.ts";

export const secretsManagerCollections = [secrets, secretValues];
export type SecretsManagerOptions = SecretsParts;

/** AWS Secrets Manager. Values are encrypted under KMS keys of the platform. */
export function createSecretsManager(options: SecretsManagerOptions): ServiceModule {
  return {
    name: "secretsmanager",
    operations: createOperations(options),
    controllers: [removalController],
    authorization,
    collections: secretsManagerCollections,
  };
}
