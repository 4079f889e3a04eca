import { Fault } from "#kernel/fault.ts";
import { httpNameKey, zoneNameKey } from "../model.ts";
import { requireNamespace } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { refuseWhileNamespaceBusy, submit } from "../request/submit.ts";

export const DeleteNamespace: DiscoveryHandler<"DeleteNamespace"> = async (input, ctx) => {
  refuseWhileNamespaceBusy(ctx, input.Id);
  const namespace = requireNamespace(ctx, input.Id);
  const { id: namespaceId, name, httpName, dns, serviceCount } = namespace.value;
  if (serviceCount > 0) {
    const message = "Namespace has associated services; delete the services before deleting the namespace";
    throw new Fault("ResourceInUse", message);
  }
  const submitted = submit(ctx, { action: "DeleteNamespace", target: { namespaceId } });
  const zone = dns === undefined ? [] : [zoneNameKey(ctx, dns.vpcId, name)];
  await ctx.store.commit({
    unchanged: [namespace],
    put: [submitted.put],
    remove: [namespace.key, httpNameKey(ctx, httpName), ...zone],
  });
  return submitted.output;
};
