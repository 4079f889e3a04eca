import type { LoadBalancerNode, TargetGroupSpec } from "#kernel/load-balancing.ts";
import { checkedParameters, openParameters } from "./config/backend.ts";
import { idleConfig, nodeConfig, nodeFiles } from "./config/config.ts";
import type { ConfigOptions } from "./config/frontend.ts";
import type { ProxyConfig } from "./proxy.ts";
import { eachTarget, type Servers } from "./targets.ts";

/** With the targets that are there already: new ones are added as they are while HAProxy runs. */
export function configOf(node: LoadBalancerNode, servers: Servers, options: ConfigOptions): ProxyConfig {
  const known = eachTarget(node, servers);
  const byGroup = Map.groupBy(known, ({ group }) => group.targetGroupArn);
  const targets = (group: TargetGroupSpec) =>
    (byGroup.get(group.targetGroupArn) ?? []).map(({ target, pair }) => ({
      target,
      isNew: pair.open.status.startsWith("MAINT"),
    }));
  return {
    files: nodeFiles(node, options),
    // What all servers of a group are is in their lines alone; a change of it is for those that are there too.
    structure: [nodeConfig(node, () => [], 0, options), ...node.targetGroups.map(serverParameters)].join("\n"),
    idle: idleConfig(options),
    text: (version) => nodeConfig(node, targets, version, options),
  };
}

function serverParameters(group: TargetGroupSpec): string {
  const anyTarget = { targetKey: "", address: "", port: 0, draining: false };
  return `${checkedParameters(group, anyTarget)} ${openParameters(group, anyTarget)}`;
}
