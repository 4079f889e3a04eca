import { Fault } from "#kernel/fault.ts";
import { sslPolicies } from "#kernel/ssl-policies.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** All policies are those of application and of network load balancers. */
export const DescribeSSLPolicies: ElbHandler<"DescribeSSLPolicies"> = async (input) => {
  if (input.LoadBalancerType === "gateway") {
    throw invalid("Gateway Load Balancers are not available: use type 'application' or 'network'.");
  }
  const wanted = input.Names?.map((name) => {
    const found = sslPolicies.find((policy) => policy.name === name);
    if (found === undefined) throw new Fault("SSLPolicyNotFoundException", `SSL policy '${name}' not found`);
    return found;
  });
  const order = new Map(sslPolicies.map(({ name }, i) => [name, String(i).padStart(3, "0")]));
  const { items, next } = listPage("DescribeSSLPolicies", input, wanted ?? sslPolicies, ({ name }) => order.get(name)!);
  return {
    SslPolicies: items.map(({ name, protocols, ciphers }) => ({
      Name: name,
      SslProtocols: protocols,
      Ciphers: ciphers.map((cipher, i) => ({ Name: cipher, Priority: i + 1 })),
      SupportedLoadBalancerTypes: ["application", "network"],
    })),
    ...next,
  };
};
