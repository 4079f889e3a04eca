import { parseArn } from "#kernel/arn.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { type Collection, type Entry, type Key, keyOf, type Store } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

/** The records of AWS Certificate Manager, their keys, and the pure functions on them that other services use. */

export type KeyAlgorithm = "RSA_2048" | "RSA_1024" | "RSA_3072" | "RSA_4096" | EcAlgorithm;
export type EcAlgorithm = "EC_prime256v1" | "EC_secp384r1" | "EC_secp521r1";

/** A certificate. Times are milliseconds since the epoch. */
export interface CertificateRecord extends World {
  /** A UUID, the end of the ARN. */
  readonly id: string;
  readonly type: "IMPORTED" | "AMAZON_ISSUED";
  /** Expiry follows from `notAfter`. */
  readonly status: "ISSUED";
  readonly domainName: string;
  /** All names that it is for, in the order of the certificate. */
  readonly names: readonly string[];
  /** PEM */
  readonly certificate: string;
  readonly certificateChain?: string;
  /** The private key in PEM, sealed for `privateKeyPurpose`. */
  readonly sealedPrivateKey: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly signatureAlgorithm: string;
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly { readonly name: string; readonly oid: string }[];
  readonly createdAt: number;
  /** When it was imported, or issued: the last time of all. */
  readonly issuedAt: number;
  readonly exportOption: "ENABLED" | "DISABLED";
  /** How the one who asked for it was to prove that the names are theirs; nothing is asked of them here. */
  readonly validationMethod?: "DNS" | "EMAIL" | "HTTP";
  readonly exported: boolean;
  /** When it was renewed, if it was. */
  readonly renewedAt?: number;
  readonly idempotencyToken?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Indexes: `world` by account and region; `token` by the token of the request. */
export const certificates: Collection<CertificateRecord, "world" | "token"> = {
  name: "acm/certificate",
  indexes: {
    world: worldOf,
    token: (record) =>
      record.idempotencyToken === undefined ? undefined : `${worldOf(record)}/${record.idempotencyToken}`,
  },
};

/** The platform's own certificate authority, one for each account. */
export interface AuthorityRecord {
  readonly account: string;
  readonly certificate: string;
  readonly sealedPrivateKey: string;
  readonly notAfter: number;
}

export const authorities: Collection<AuthorityRecord> = { name: "acm/authority" };

export function certificateKey({ account, region }: World, id: string): Key<CertificateRecord> {
  return keyOf(certificates, account, region, id);
}

export function authorityKey(account: string): Key<AuthorityRecord> {
  return keyOf(authorities, account);
}

/** `arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012` */
export function certificateArn(certificate: World & { readonly id: string }): string {
  return arnIn(certificate, "acm", `certificate/${certificate.id}`);
}

/**
 * What names the account's authority where AWS has one of AWS Private CA:
 * `arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/estiva`
 */
export function authorityArn(world: World): string {
  return arnIn(world, "acm-pca", "certificate-authority/estiva");
}

/** The certificate that an ARN names. */
export function certificateOfArn(store: Pick<Store, "view">, text: string): Entry<CertificateRecord> | undefined {
  const arn = parseArn(text);
  const [kind, id, ...rest] = arn?.resource.split("/") ?? [];
  if (arn?.service !== "acm" || kind !== "certificate" || id === undefined || rest.length > 0) return undefined;
  return store.view(certificates).get(certificateKey(arn, id));
}

const privateKeyPurpose = "acm private key";

export function sealPrivateKey(box: SecretBox, pem: string): string {
  return box.seal(pem, privateKeyPurpose);
}

/** The private key in PEM; undefined: it was sealed under another master key. */
export function openPrivateKey(box: SecretBox, record: { readonly sealedPrivateKey: string }): string | undefined {
  return box.open(record.sealedPrivateKey, privateKeyPurpose);
}
