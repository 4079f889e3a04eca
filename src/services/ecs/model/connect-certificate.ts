import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/**
 * The certificate with which the proxies of a service's tasks serve an endpoint of Service Connect that has TLS. Times
 * are milliseconds since the epoch; certificates are PEM.
 */
export interface ConnectCertificateRecord extends World {
  /** Of the service of Cloud Map that the endpoint is. */
  readonly discoveryId: string;
  /** The key of the ECS service. */
  readonly owner: string;
  /** What clients' proxies look for in it. */
  readonly name: string;
  readonly certificate: string;
  /** Of the authority that clients' proxies trust. */
  readonly certificateChain: string;
  readonly sealedPrivateKey: string;
  readonly issuedAt: number;
  readonly notAfter: number;
}

export const connectCertificates: Collection<ConnectCertificateRecord, "owner"> = {
  name: "ecs/connect-certificate",
  indexes: { owner: ({ owner }) => owner },
};

export function connectCertificateKey({ account, region }: World, discoveryId: string): Key<ConnectCertificateRecord> {
  return keyOf(connectCertificates, account, region, discoveryId);
}
