import { Fault } from "#kernel/fault.ts";
import { requireNamespace } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";

/** Public namespaces need public hosted zones, and name servers that the internet asks. */
export const CreatePublicDnsNamespace: DiscoveryHandler<"CreatePublicDnsNamespace"> = async () => {
  const message =
    "Public DNS namespaces aren't available on this platform: there are no public hosted zones of Route 53. " +
    "Create a private DNS namespace or an HTTP namespace.";
  throw new Fault("InvalidInput", message);
};

export const UpdatePublicDnsNamespace: DiscoveryHandler<"UpdatePublicDnsNamespace"> = async (input, ctx) => {
  const { type } = requireNamespace(ctx, input.Id).value;
  throw new Fault("InvalidInput", `The namespace ${input.Id} isn't a public DNS namespace: its type is ${type}.`);
};
