import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import * as der from "./der.ts";
import { publicKeyBits } from "./read.ts";

/** What a certificate says (RFC 5280). Times are milliseconds since the epoch. */
export interface CertificateContent {
  /** A positive number of at most 20 bytes. */
  readonly serial: Uint8Array;
  readonly subject: Name;
  readonly issuer: Name;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
  /** DNS names; may begin with `*.`. Of a certificate authority: none. */
  readonly dnsNames: readonly string[];
  readonly isAuthority: boolean;
  /** The public key of who signs it. */
  readonly issuerKey: KeyObject;
}

export interface Name {
  readonly commonName: string;
  readonly organization?: string;
}

const ids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  ecdsaWithSha384: "1.2.840.10045.4.3.3",
  rsaWithSha256: "1.2.840.113549.1.1.11",
};
/** The longest common name that X.520 allows; longer names stand in the subject alternative names alone. */
const longestCommonName = 64;

/** The certificate in PEM, signed with the private key. */
export function signCertificate(content: CertificateContent, signingKey: KeyObject): string {
  const algorithm = algorithmOf(signingKey);
  const body = toBeSigned(content, algorithm.identifier);
  const signature = sign(algorithm.hash, body, signingKey);
  return toPem("CERTIFICATE", der.sequence(body, algorithm.identifier, der.bits(signature)));
}

function toPem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,64}/g)!;
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function algorithmOf(key: KeyObject): { readonly identifier: der.Der; readonly hash: string } {
  if (key.asymmetricKeyType === "rsa") {
    return { identifier: der.sequence(der.objectId(ids.rsaWithSha256), der.nothing()), hash: "sha256" };
  }
  const is384 = key.asymmetricKeyDetails?.namedCurve === "secp384r1";
  const id = is384 ? ids.ecdsaWithSha384 : ids.ecdsaWithSha256;
  return { identifier: der.sequence(der.objectId(id)), hash: is384 ? "sha384" : "sha256" };
}

function toBeSigned(content: CertificateContent, algorithm: der.Der): der.Der {
  const publicKey = content.publicKey.export({ type: "spki", format: "der" });
  return der.sequence(
    der.context(0, der.smallInteger(2), "constructed"),
    der.integer(content.serial),
    algorithm,
    nameOf(content.issuer),
    der.sequence(der.time(content.notBefore), der.time(content.notAfter)),
    nameOf(content.subject),
    publicKey,
    der.context(3, der.sequence(...extensionsOf(content)), "constructed"),
  );
}

function nameOf({ commonName, organization }: Name): der.Der {
  const part = (id: string, text: string) => der.set(der.sequence(der.objectId(id), der.utf8(text)));
  return der.sequence(
    ...(organization === undefined ? [] : [part(ids.organization, organization)]),
    ...(commonName.length > longestCommonName ? [] : [part(ids.commonName, commonName)]),
  );
}

function extensionsOf({ publicKey, issuerKey, dnsNames, isAuthority, subject }: CertificateContent): der.Der[] {
  const critical = { critical: true };
  const constraints = isAuthority ? der.sequence(der.boolean(true), der.smallInteger(0)) : der.sequence();
  // Bits from the left: digitalSignature 0, keyEncipherment 2, keyCertSign 5, cRLSign 6.
  const usage = isAuthority ? der.bits(Uint8Array.of(0b0000_0110), 1) : usageOf(publicKey);
  const authority = der.sequence(der.context(0, keyIdentifier(issuerKey), "primitive"));
  const always = [
    extension(ids.subjectKeyIdentifier, der.octets(keyIdentifier(publicKey))),
    extension(ids.authorityKeyIdentifier, authority),
    extension(ids.basicConstraints, constraints, critical),
    extension(ids.keyUsage, usage, critical),
  ];
  if (isAuthority) return always;
  const names = dnsNames.map((name) => der.context(2, Buffer.from(name, "ascii"), "primitive"));
  const isNameless = subject.commonName.length > longestCommonName;
  return [
    ...always,
    extension(ids.extendedKeyUsage, der.sequence(der.objectId(ids.serverAuth), der.objectId(ids.clientAuth))),
    extension(ids.subjectAltName, der.sequence(...names), { critical: isNameless }),
  ];
}

/** Keys of elliptic curves encipher nothing. */
function usageOf(key: KeyObject): der.Der {
  return key.asymmetricKeyType === "rsa" ? der.bits(Uint8Array.of(0b1010_0000), 5) : der.bits(Uint8Array.of(0x80), 7);
}

function extension(id: string, value: der.Der, { critical = false } = {}): der.Der {
  return der.sequence(der.objectId(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

/** The SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1). */
function keyIdentifier(key: KeyObject): Uint8Array {
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
  return createHash("sha1").update(publicKeyBits(spki)).digest();
}
