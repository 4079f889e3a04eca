import { createHash, X509Certificate } from "node:crypto";
import type { Action } from "#generated/elbv2/types.ts";
import type {
  AuthenticationKeys,
  CertificateSpec,
  ListenerSpec,
  LoadBalancerAttributes,
  LoadBalancerNode,
  RuleSpec,
} from "#kernel/load-balancing.ts";
import { privateDnsName } from "#kernel/private-names.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { certificateOfArn, openPrivateKey } from "#services/acm/model.ts";
import {
  type NetworkInterface,
  networkInterfaceKey,
  networkInterfaces,
  subnetKey,
  subnets,
} from "#services/ec2/model.ts";
import { serverCertificatePurpose, serverCertificates } from "#services/iam/model.ts";
import {
  actionsDigest,
  authenticationKey,
  authentications,
  defaultRuleArn,
  groupsBehind,
  isCrossZone,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenerArn,
  listeners,
  loadBalancerArn,
  type NodeRecord,
  nodes,
  openAuthentication,
  ruleArn,
  rules,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
} from "../../model.ts";
import { toActions, toCondition } from "./actions.ts";
import { hasAccessLogs, toTargetGroup } from "./target-groups.ts";

type Views = Pick<Store, "view">;

/** What a load balancer's nodes are told, and by the ARNs of rules what traffic does once they follow it. */
export interface LoadBalancerSpec {
  readonly nodes: readonly LoadBalancerNode[];
  readonly applied: Readonly<Record<string, string>>;
}

/** Told what cannot be opened, and of whom it is. */
export type OnLost = (what: "private key" | "client secret", arn: string) => void;

/** The nodes of a load balancer as the hosts are told of them. */
export function loadBalancerSpec(
  store: Views,
  box: SecretBox,
  entry: Entry<LoadBalancerRecord>,
  lost: OnLost,
): LoadBalancerSpec {
  const own = store
    .view(nodes)
    .by("owner", entry.key)
    .filter(({ value }) => value.loadBalancerId === entry.value.id && value.removeAt === undefined);
  const records = store.view(listeners).by("loadBalancer", entry.value.id);
  const specs = records.map(({ value }) => toListener(store, box, value, lost));
  const authentication = authenticationOf(store, box, entry.value);
  const applied = Object.fromEntries(
    records.flatMap(({ value }) => [
      [defaultRuleArn(value), actionsDigest(value.defaultActions)] as const,
      ...ruleRecords(store, value).map((rule) => [ruleArn(rule), actionsDigest(rule.actions)] as const),
    ]),
  );
  return { nodes: own.flatMap(({ value }) => toNode(store, entry.value, value, specs, authentication)), applied };
}

function toNode(
  store: Views,
  loadBalancer: LoadBalancerRecord,
  node: NodeRecord,
  specs: readonly ListenerSpec[],
  authentication: AuthenticationKeys | undefined,
): LoadBalancerNode[] {
  const eni = store.view(networkInterfaces).get(networkInterfaceKey(node, node.networkInterfaceId))?.value;
  const subnet = store.view(subnets).get(subnetKey(node, node.subnetId))?.value;
  if (eni === undefined || subnet === undefined) return [];
  const groups = groupsIn(store, loadBalancer);
  const spec = {
    nodeId: node.nodeId,
    loadBalancerArn: loadBalancerArn(loadBalancer),
    type: loadBalancer.type,
    networkInterface: interfaceOf(eni, subnet.cidrBlock),
    availabilityZone: node.availabilityZone,
    attributes: attributesOf(
      loadBalancer,
      groups.every((group) => isCrossZone(loadBalancer, group)),
    ),
    listeners: specs,
    targetGroups: groups.map((group) => toTargetGroup(store, loadBalancer, group, node.availabilityZone)),
    ...(authentication && { authentication }),
  };
  const version = createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 16);
  return [{ ...spec, version }];
}

/** The keys with which users are authenticated; undefined where no rule does. */
function authenticationOf(store: Views, box: SecretBox, record: LoadBalancerRecord): AuthenticationKeys | undefined {
  const found = store.view(authentications).get(authenticationKey(record, record.id))?.value;
  const signingKey = found && openAuthentication(box, found.sealedSigningKey);
  const sessionKey = found && openAuthentication(box, found.sealedSessionKey);
  if (signingKey === undefined || sessionKey === undefined) return undefined;
  return { signingKeyId: found!.keyId, signingKey, sessionKey };
}

function groupsIn(store: Views, { id }: LoadBalancerRecord) {
  return groupsBehind(store, id).flatMap((arn) => {
    const place = targetGroupPlace(arn);
    const found = place && store.view(targetGroups).get(targetGroupKey(place, place.name));
    return found === undefined ? [] : [found.value];
  });
}

function interfaceOf(eni: NetworkInterface, subnetCidr: string): LoadBalancerNode["networkInterface"] {
  return {
    networkInterfaceId: eni.networkInterfaceId,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    macAddress: eni.macAddress,
    privateIpv4Address: eni.privateIpAddress,
    subnetCidr,
    privateDnsName: privateDnsName(eni.privateIpAddress, eni.region),
  };
}

function attributesOf(loadBalancer: LoadBalancerRecord, crossZone: boolean): LoadBalancerAttributes {
  const { attributes: set, type } = loadBalancer;
  const is = (key: string, otherwise: boolean) => (set[key] ?? String(otherwise)) === "true";
  const text = <T extends string>(key: string, otherwise: T) => (set[key] ?? otherwise) as T;
  const http = "routing.http";
  return {
    // A network load balancer has no such attribute; its connections may be idle for 350 seconds.
    idleTimeoutSeconds: Number(set["idle_timeout.timeout_seconds"] ?? (type === "application" ? 60 : 350)),
    clientKeepAliveSeconds: Number(set["client_keep_alive.seconds"] ?? 3600),
    http2: is("routing.http2.enabled", true),
    dropInvalidHeaderFields: is(`${http}.drop_invalid_header_fields.enabled`, false),
    preserveHostHeader: is(`${http}.preserve_host_header.enabled`, false),
    xForwardedFor: text<LoadBalancerAttributes["xForwardedFor"]>(`${http}.xff_header_processing.mode`, "append"),
    xForwardedForClientPort: is(`${http}.xff_client_port.enabled`, false),
    tlsHeaders: is(`${http}.x_amzn_tls_version_and_cipher_suite.enabled`, false),
    desyncMitigation: text<LoadBalancerAttributes["desyncMitigation"]>(`${http}.desync_mitigation_mode`, "defensive"),
    crossZone,
    accessLogs: hasAccessLogs(loadBalancer),
  };
}

function ruleRecords(store: Views, listener: ListenerRecord) {
  return store
    .view(rules)
    .by("listener", listener.id)
    .map(({ value }) => value)
    .sort((a, b) => a.priority - b.priority);
}

function toListener(store: Views, box: SecretBox, listener: ListenerRecord, lost: OnLost): ListenerSpec {
  const actionsOf = (arn: string, actions: readonly Action[], sealed: string | undefined) => {
    const secret = sealed === undefined ? undefined : openAuthentication(box, sealed);
    if (sealed !== undefined && secret === undefined) lost("client secret", arn);
    return toActions(actions, secret);
  };
  const ordered = ruleRecords(store, listener).map(
    (rule): RuleSpec => ({
      ruleArn: ruleArn(rule),
      priority: rule.priority,
      conditions: rule.conditions.map(toCondition),
      actions: actionsOf(ruleArn(rule), rule.actions, rule.sealedClientSecret),
    }),
  );
  const last: RuleSpec = {
    ruleArn: defaultRuleArn(listener),
    conditions: [],
    actions: actionsOf(defaultRuleArn(listener), listener.defaultActions, listener.sealedClientSecret),
  };
  const idle = listener.attributes["tcp.idle_timeout.seconds"];
  return {
    listenerArn: listenerArn(listener),
    port: listener.port,
    protocol: listener.protocol,
    ...(idle !== undefined && { idleTimeoutSeconds: Number(idle) }),
    ...(listener.sslPolicy !== undefined && { sslPolicy: listener.sslPolicy }),
    certificates: listener.certificates.flatMap((arn) => {
      const found = certificateOf(store, box, arn);
      if (found === undefined) lost("private key", arn);
      return found ?? [];
    }),
    rules: [...ordered, last],
  };
}

/** A certificate of ACM or of IAM with its private key in clear. */
function certificateOf(store: Views, box: SecretBox, arn: string): CertificateSpec | undefined {
  const record = certificateOfArn(store, arn)?.value;
  if (record !== undefined) {
    const { certificate, certificateChain: chain, names } = record;
    const privateKey = openPrivateKey(box, record);
    if (privateKey === undefined) return undefined;
    const chained = chain === undefined ? {} : { certificateChain: chain };
    return { certificateArn: arn, certificate, privateKey, ...chained, names };
  }
  for (const { value } of store.view(serverCertificates).all()) {
    if (value.arn !== arn) continue;
    const privateKey = box.open(value.sealedPrivateKey, serverCertificatePurpose);
    if (privateKey === undefined) return undefined;
    const { certificateBody: certificate, certificateChain: chain } = value;
    const chained = chain === undefined ? {} : { certificateChain: chain };
    return { certificateArn: arn, certificate, privateKey, ...chained, names: namesIn(certificate) };
  }
  return undefined;
}

/** The names of a certificate that IAM keeps without them. */
function namesIn(pem: string): string[] {
  const { subject = "", subjectAltName = "" } = new X509Certificate(pem);
  const common = /^CN=(.+)$/m.exec(subject)?.[1];
  const others = [...(subjectAltName ?? "").matchAll(/DNS:([^,"]+)/g)].map(([, name]) => name!.trim());
  return [...new Set([...(common === undefined ? [] : [common]), ...others])];
}
