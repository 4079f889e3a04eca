import type { Certificate, MutualAuthenticationAttributes, ProtocolEnum } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { defaultSslPolicy, sslPolicies } from "#kernel/ssl-policies.ts";
import { type ListenerProtocol, type ListenerRecord, type LoadBalancerRecord, listeners } from "../model.ts";
import { checkCertificate, hasTls } from "./certificates.ts";
import { invalid, unsupported } from "./handler.ts";

/** The protocol of a listener of a load balancer of this type. */
export function listenerProtocol(
  { type }: Pick<LoadBalancerRecord, "type">,
  protocol: ProtocolEnum | undefined,
): ListenerProtocol {
  const own: readonly ProtocolEnum[] = type === "application" ? ["HTTP", "HTTPS"] : ["TCP", "TLS"];
  if (protocol === undefined) throw invalid("A listener protocol must be specified");
  if (own.includes(protocol)) return protocol as ListenerProtocol;
  if (type === "network" && ["UDP", "TCP_UDP", "QUIC", "TCP_QUIC"].includes(protocol)) {
    const message = `Listener protocol '${protocol}' is not available: network load balancers have TCP and TLS.`;
    throw new Fault("UnsupportedProtocolException", message);
  }
  throw invalid(`Listener protocol '${protocol}' must be one of '${own.join(", ")}'`);
}

export interface TlsInput {
  readonly SslPolicy?: string;
  readonly Certificates?: readonly Certificate[];
  readonly AlpnPolicy?: readonly string[];
  readonly MutualAuthentication?: MutualAuthenticationAttributes;
}

type TlsSettings = Pick<ListenerRecord, "sslPolicy" | "certificates" | "alpnPolicy">;

/** What a listener of this protocol has of TLS after these members have been set. */
export function tlsSettings(
  ctx: RequestContext,
  protocol: ListenerProtocol,
  old: Partial<TlsSettings>,
  input: TlsInput,
): TlsSettings {
  const { SslPolicy, Certificates, AlpnPolicy, MutualAuthentication: mutual } = input;
  if (mutual?.Mode !== undefined && mutual.Mode !== "off") {
    throw unsupported(`Mutual authentication with mode '${mutual.Mode}' is not available: use 'off'.`);
  }
  if (AlpnPolicy !== undefined) checkAlpn(protocol, AlpnPolicy);
  if (!hasTls(protocol)) {
    const given = { SslPolicy, Certificates, MutualAuthentication: mutual };
    const wrong = Object.entries(given).find(([, value]) => value !== undefined);
    if (wrong !== undefined) throw invalid(`${wrong[0]} cannot be specified for listeners with protocol '${protocol}'`);
    return { certificates: [] };
  }
  if (SslPolicy !== undefined && !sslPolicies.some(({ name }) => name === SslPolicy)) {
    throw new Fault("SSLPolicyNotFoundException", `SSL policy '${SslPolicy}' not found`);
  }
  const alpnPolicy = AlpnPolicy ?? old.alpnPolicy;
  return {
    sslPolicy: SslPolicy ?? old.sslPolicy ?? defaultSslPolicy,
    certificates: withDefault(ctx, protocol, old.certificates ?? [], Certificates),
    ...(alpnPolicy !== undefined && { alpnPolicy }),
  };
}

function withDefault(
  ctx: RequestContext,
  protocol: ListenerProtocol,
  old: readonly string[],
  given: readonly Certificate[] | undefined,
): string[] {
  if (given === undefined || given.length === 0) {
    if (old.length > 0) return [...old];
    throw invalid(`A certificate must be specified for ${protocol} listeners`);
  }
  if (given.length > 1)
    throw invalid("Up to '1' certificate can be specified as the default certificate of a listener");
  const [{ CertificateArn: arn, IsDefault: isDefault } = {}] = given;
  if (isDefault !== undefined) throw invalid("IsDefault cannot be specified: the certificate is the default one");
  if (arn === undefined) throw invalid("Certificate ARN must be specified");
  const others = old.slice(1).filter((other) => other !== arn);
  return [checkCertificate(ctx, arn), ...others];
}

function checkAlpn(protocol: ListenerProtocol, policy: readonly string[]): void {
  if (protocol !== "TLS") throw invalid("ALPN policies are only supported for listeners with protocol 'TLS'");
  if (policy.length !== 1) throw invalid("Exactly one ALPN policy must be specified");
  if (policy[0] === "None") return;
  const names = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred"];
  if (names.includes(policy[0]!)) {
    throw unsupported(`ALPN policy '${policy[0]}' is not available: TLS listeners have 'None'.`);
  }
  throw new Fault("ALPNPolicyNotSupportedException", `ALPN policy '${policy[0]}' not found`);
}

/** Refuses a port that another listener of the load balancer has. */
export function checkPortIsFree(
  ctx: RequestContext,
  arn: string,
  { id }: LoadBalancerRecord,
  port: number,
  own?: ListenerRecord,
): void {
  const taken = ctx.store.view(listeners).by("loadBalancer", id);
  if (!taken.some(({ value }) => value.port === port && value.id !== own?.id)) return;
  const message = `A listener already exists on this port for this load balancer '${arn}'`;
  throw new Fault("DuplicateListenerException", message);
}
