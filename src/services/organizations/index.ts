import type { ServiceModule } from "#kernel/handler.ts";
import { organizationsAuthorization } from "./authorization.ts";
import { accountEmails, accountRequests } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import type { OrganizationsParts } from "./organization.ts";

export const organizationsCollections = [accountEmails, accountRequests];

/** AWS Organizations, as far as it makes further accounts. They are IAM's records. */
export function createOrganizations(parts: OrganizationsParts): ServiceModule {
  return {
    name: "organizations",
    operations: createOperations(parts),
    controllers: [],
    authorization: organizationsAuthorization,
    collections: organizationsCollections,
  };
}
