import type { DiscoveryHandler } from "../request/handler.ts";
import { updateNamespace } from "../request/update-namespace.ts";

export const UpdatePrivateDnsNamespace: DiscoveryHandler<"UpdatePrivateDnsNamespace"> = (input, ctx) => {
  const { Description: description, Properties } = input.Namespace;
  return updateNamespace(ctx, input, "UpdatePrivateDnsNamespace", "DNS_PRIVATE", (namespace) => ({
    ...namespace,
    ...(description !== undefined && { description }),
    dns: { ...namespace.dns!, ...(Properties && { soaTtlSeconds: Properties.DnsProperties.SOA.TTL }) },
  }));
};
