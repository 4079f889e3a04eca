import type { ServiceModule } from "#kernel/handler.ts";
import { createAuthorization } from "./authorization.ts";
import { GetCallerIdentity } from "./operations/get-caller-identity.ts";
import { createOperations } from "./operations/index.ts";
import type { StsParts } from "./parts.ts";

export { roleCaller } from "./operations/assume-role.ts";
export type { StsParts, TrustedPrincipal } from "./parts.ts";
export { createProviderKeys, type FetchJson, type ProviderKeys } from "./provider-keys.ts";
export { issueSession, openSession, type SessionHolder, type TemporaryCredentials } from "./sessions.ts";

/** The Security Token Service. */
export function createSts(parts: StsParts): ServiceModule {
  return {
    name: "sts",
    operations: createOperations(parts),
    controllers: [],
    collections: [],
    authorization: createAuthorization(parts.secondFactor),
  };
}

/** What of it needs no IAM. */
export const sts: ServiceModule = {
  name: "sts",
  operations: { GetCallerIdentity },
  controllers: [],
  collections: [],
  authorization: createAuthorization({ check: () => undefined }),
};
