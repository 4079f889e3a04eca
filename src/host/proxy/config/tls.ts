import { DriverError } from "#kernel/fault.ts";
import type { CertificateSpec, ListenerSpec, LoadBalancerNode } from "#kernel/load-balancing.ts";
import { defaultSslPolicy, sslPolicies } from "#kernel/ssl-policies.ts";
import { digest } from "../names.ts";

/** HAProxy's words for versions of TLS. */
function versionOf(protocol: string): string {
  return protocol === "TLSv1" ? "TLSv1.0" : protocol;
}

/** The parameters of `bind` that a security policy is. Throws a `DriverError` (`InvalidSpec`) for one unknown. */
export function policyParameters(name: string = defaultSslPolicy): string {
  const policy = sslPolicies.find((each) => each.name === name);
  if (policy === undefined) throw new DriverError("InvalidSpec", `There is no security policy ${name}`);
  const suites = policy.ciphers.filter((cipher) => cipher.startsWith("TLS_"));
  const older = policy.ciphers.filter((cipher) => !cipher.startsWith("TLS_"));
  const first = policy.protocols[0]!;
  // OpenSSL speaks the versions before 1.2 only where the user has said that they are wanted.
  if (first === "TLSv1" || first === "TLSv1.1") older.push("@SECLEVEL=0");
  return [
    `ssl-min-ver ${versionOf(first)} ssl-max-ver ${versionOf(policy.protocols.at(-1)!)}`,
    ...(older.length > 0 ? [`ciphers ${older.join(":")}`] : []),
    ...(suites.length > 0 ? [`ciphersuites ${suites.join(":")}`] : []),
  ].join(" ");
}

/** The name of the file with a certificate; another certificate has another file. */
export function certificateFile(certificate: CertificateSpec): string {
  return `cert-${digest(certificatePem(certificate), 16)}.pem`;
}

/** The name of the file with an authority's certificate, in the folder of the node. */
export function authorityFile(authority: string): string {
  return `authority-${digest(authority, 16)}.pem`;
}

/** Those that the node's targets are known by. */
export function authoritiesOf({ targetGroups }: Pick<LoadBalancerNode, "targetGroups">): string[] {
  const all = targetGroups.flatMap(({ targets }) => targets.flatMap(({ tls }) => tls?.authority ?? []));
  return [...new Set(all)].toSorted();
}

/** Servers that are added while HAProxy runs can name only what it has read at its start: nobody else uses these. */
export function authoritySection(node: Pick<LoadBalancerNode, "targetGroups">): string[][] {
  const authorities = authoritiesOf(node);
  if (authorities.length === 0) return [];
  const lines = authorities.map(
    (each, i) => `server a${i} 127.0.0.1:1 disabled ssl verify required ca-file ${authorityFile(each)}`,
  );
  return [["backend authorities", "mode tcp", ...lines]];
}

/** In the order that HAProxy reads: the certificate, those that vouch for it, its key. */
export function certificatePem({ certificate, certificateChain, privateKey }: CertificateSpec): string {
  return [certificate, certificateChain, privateKey]
    .filter((part) => part !== undefined && part !== "")
    .map((part) => `${part!.trimEnd()}\n`)
    .join("");
}

/** The first one is the default; others are chosen by the names that are in them. */
export function certificateList(listener: ListenerSpec, folder: string): string {
  return listener.certificates.map((each) => `${folder}/${certificateFile(each)}\n`).join("");
}
