import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import type { KeyAlgorithm } from "../model.ts";
import { parseCertificate, pemCertificates } from "../x509/read.ts";
import { invalid } from "./handler.ts";

export interface CheckedImport {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly chain?: string;
  readonly privateKey: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/** Refuses a certificate, a key or a chain that is none, or that do not belong together. */
export function checkImport(
  body: Uint8Array,
  key: Uint8Array,
  chainBytes: Uint8Array | undefined,
  now: number,
): CheckedImport {
  const pem = text(body).trim();
  const pems = pemCertificates(pem);
  if (pems.length > 1) {
    throw invalid(
      "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
    );
  }
  const certificate = pems.length === 1 ? parseCertificate(pems[0]!) : undefined;
  if (certificate === undefined) throw invalid("The certificate is not PEM-encoded or is not valid.");
  const privateKey = text(key).trim();
  const keyObject = parseKey(privateKey);
  if (!certificate.checkPrivateKey(keyObject)) throw invalid("The private key does not match the certificate.");
  if (certificate.validFromDate.getTime() > now) throw invalid("The certificate is not in effect yet.");
  if (certificate.validToDate.getTime() <= now) throw invalid("The certificate has expired.");
  const keyAlgorithm = algorithmOf(keyObject);
  const chain = chainBytes === undefined ? undefined : text(chainBytes).trim();
  checkChain(certificate, chain);
  return { certificate, pem: pems[0]!, privateKey, keyAlgorithm, ...(chain !== undefined && { chain }) };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function parseKey(pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) throw invalid("The private key is encrypted. It must be in PEM format and not encrypted.");
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL has to say of the caller's text is of no use to the caller.
    throw invalid("The private key is not PEM-encoded or is not valid.");
  }
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa" && [1024, 2048, 3072, 4096].includes(modulusLength ?? 0)) {
    return `RSA_${modulusLength}` as KeyAlgorithm;
  }
  if (key.asymmetricKeyType === "ec" && ["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve ?? "")) {
    return `EC_${namedCurve}` as KeyAlgorithm;
  }
  throw invalid("The private key algorithm is not supported. Use RSA with 1024 to 4096 bits, P-256, P-384 or P-521.");
}

function checkChain(certificate: X509Certificate, chain: string | undefined): void {
  if (chain === undefined) {
    // Its own key usage need not allow it to sign certificates.
    if (certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey)) return;
    throw invalid(
      "Provided certificate is not a valid self signed. " +
        "Please provide either a valid self-signed certificate or certificate chain.",
    );
  }
  const pems = pemCertificates(chain);
  const parsed = pems.map(parseCertificate);
  if (pems.length === 0 || parsed.includes(undefined)) {
    throw invalid("The certificate chain is not PEM-encoded or is not valid.");
  }
  const path = [certificate, ...(parsed as X509Certificate[])];
  const isBroken = path.some((each, i) => i < path.length - 1 && !isIssuedBy(each, path[i + 1]!));
  if (isBroken) throw invalid("Could not validate the certificate with the certificate chain.");
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
