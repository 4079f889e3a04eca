import { X509Certificate } from "node:crypto";

/** What is told of a certificate. Times are milliseconds since the epoch. */
export interface CertificateFacts {
  /** `03:e9` */
  readonly serial: string;
  /** `C=AU,O=Example,CN=localhost` */
  readonly subject: string;
  /** The organization of who signed it, or their common name. */
  readonly issuer: string;
  /** The common name and the DNS names, each once. */
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** `SHA256WITHRSA` */
  readonly signatureAlgorithm: string;
  /** `DIGITAL_SIGNATURE`... */
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly { readonly name: string; readonly oid: string }[];
}

const keyUsageId = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x0f]);
const keyUsageNames = [
  ...["DIGITAL_SIGNATURE", "NON_REPUDIATION", "KEY_ENCIPHERMENT", "DATA_ENCIPHERMENT", "KEY_AGREEMENT"],
  ...["CERTIFICATE_SIGNING", "CRL_SIGNING", "ENCIPHER_ONLY", "DECIPHER_ONLY"],
];
const extendedUsageNames: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "TLS_WEB_SERVER_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.2": "TLS_WEB_CLIENT_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.3": "CODE_SIGNING",
  "1.3.6.1.5.5.7.3.4": "EMAIL_PROTECTION",
  "1.3.6.1.5.5.7.3.5": "IPSEC_END_SYSTEM",
  "1.3.6.1.5.5.7.3.6": "IPSEC_TUNNEL",
  "1.3.6.1.5.5.7.3.7": "IPSEC_USER",
  "1.3.6.1.5.5.7.3.8": "TIME_STAMPING",
  "1.3.6.1.5.5.7.3.9": "OCSP_SIGNING",
  "2.5.29.37.0": "ANY",
};
const signatureNames: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.5": "SHA1WITHRSA",
  "1.2.840.113549.1.1.11": "SHA256WITHRSA",
  "1.2.840.113549.1.1.12": "SHA384WITHRSA",
  "1.2.840.113549.1.1.13": "SHA512WITHRSA",
  "1.2.840.10045.4.3.2": "SHA256WITHECDSA",
  "1.2.840.10045.4.3.3": "SHA384WITHECDSA",
  "1.2.840.10045.4.3.4": "SHA512WITHECDSA",
};

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const subject = certificate.subject ?? "";
  const commonName = partOf(subject, "CN");
  const dnsNames = [...(certificate.subjectAltName ?? "").matchAll(/DNS:([^,"]+)/g)].map(([, name]) => name!.trim());
  return {
    serial: (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(":"),
    subject: subject.split("\n").join(","),
    issuer: partOf(certificate.issuer, "O") ?? partOf(certificate.issuer, "CN") ?? "",
    names: [...new Set([...(commonName === undefined ? [] : [commonName]), ...dnsNames])],
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    signatureAlgorithm: signatureNames[certificate.signatureAlgorithmOid ?? ""] ?? certificate.signatureAlgorithm ?? "",
    keyUsages: keyUsagesOf(certificate.raw),
    extendedKeyUsages: (certificate.keyUsage ?? []).map((oid) => ({ oid, name: extendedUsageNames[oid] ?? "CUSTOM" })),
  };
}

/** The certificates in a text, each in PEM of its own. */
export function pemCertificates(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** The certificate in PEM; undefined: it is none. */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // What OpenSSL has to say of a caller's text is of no use to the caller.
    return undefined;
  }
}

/** The bits of the public key in a SubjectPublicKeyInfo, without their tag, length and count of unused bits. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const outer = contentAt(spki, 0);
  const algorithm = contentAt(spki, outer.start);
  return spki.subarray(contentAt(spki, algorithm.end).start + 1);
}

function partOf(name: string | undefined, attribute: string): string | undefined {
  const found = (name ?? "").split("\n").find((line) => line.startsWith(`${attribute}=`));
  return found?.slice(attribute.length + 1);
}

/** The bits of the extension key usage; none when it is missing. */
function keyUsagesOf(raw: Buffer): string[] {
  const at = raw.indexOf(keyUsageId);
  if (at < 0) return [];
  let next = at + keyUsageId.length;
  // `critical`, if it is said.
  if (raw[next] === 0x01) next += 3;
  const bits = contentAt(raw, contentAt(raw, next).start);
  const bytes = raw.subarray(bits.start + 1, bits.end);
  return keyUsageNames.filter((_, i) => ((bytes[i >> 3] ?? 0) >> (7 - (i % 8))) & 1);
}

/** Where the content of the value at this place begins and ends. */
function contentAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1]!;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  const length = bytes.subarray(at + 2, at + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  return { start: at + 2 + count, end: at + 2 + count + length };
}
