import type { Store } from "#kernel/store.ts";
import { type LoadBalancerRecord, listeners, loadBalancerKey, loadBalancers, nodes } from "#services/elb/model.ts";

/** Whether it is a name of load balancers for this machine's own programs. */
export function isLoadBalancerName(host: string): boolean {
  return /\.elb(\.[a-z0-9-]+)?(\.amazonaws\.com)?\.localhost$/.test(host);
}

type Address = { readonly address: string; readonly port: number } | { readonly nowhere: string };

/**
 * Where `NAME.elb.localhost` leads: to a node of the load balancer that works, and the port of its first listener that
 * browsers can speak with in clear. Besides its name, the first label of its DNS name and the whole of it may be asked
 * for. Of several with one name, in other accounts or regions, it is the oldest.
 */
export function loadBalancerAddress(store: Pick<Store, "view">, host: string): Address {
  const found = [...store.view(loadBalancers).all()]
    .map(({ value }) => value)
    .filter((record) => namesOf(record).has(host))
    .sort((a, b) => a.createdTime - b.createdTime)[0];
  if (found === undefined) return { nowhere: `There is no load balancer ${host}.` };
  const ports = store
    .view(listeners)
    .by("loadBalancer", found.id)
    .filter(({ value: { protocol } }) => protocol === "HTTP" || protocol === "TCP")
    .map(({ value }) => value.port);
  if (ports.length === 0) return { nowhere: `The load balancer ${found.name} has no listener without TLS.` };
  const node = store
    .view(nodes)
    .by("owner", loadBalancerKey(found, found.name))
    .find(({ value }) => value.loadBalancerId === found.id && value.state === "active" && value.removeAt === undefined);
  if (node === undefined) return { nowhere: `No node of the load balancer ${found.name} works yet.` };
  return { address: node.value.privateIpAddress, port: Math.min(...ports) };
}

/** Its name or the first label of its DNS name below `elb.localhost`, and the DNS name with `.localhost`. */
function namesOf({ name, dnsName }: LoadBalancerRecord): Set<string> {
  const lower = dnsName.toLowerCase();
  const [label] = lower.split(".");
  const short = lower.replace(/\.amazonaws\.com$/, "");
  const own = [name.toLowerCase(), label].map((each) => `${each}.elb.localhost`);
  return new Set([...own, `${short}.localhost`, `${lower}.localhost`]);
}
