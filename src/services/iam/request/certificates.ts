import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { ServerCertificateMetadata } from "#generated/iam/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { ServerCertificateRecord } from "../model.ts";

/** Refuses a certificate, chain or key that is none, or a key that is another's. Returns when the certificate ends. */
export function checkCertificate(body: string, privateKey: string, chain: string | undefined): number {
  const certificate = certificateOf(body, "certificate");
  for (const pem of chain?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []) {
    certificateOf(pem, "certificate chain");
  }
  if (!certificate.checkPrivateKey(keyOf(privateKey))) {
    throw new Fault("KeyPairMismatchException", "The private key does not match the certificate.");
  }
  return Math.floor(Date.parse(certificate.validTo) / 1000) * 1000;
}

export function toCertificateMetadata(certificate: ServerCertificateRecord): ServerCertificateMetadata {
  return {
    Path: certificate.path,
    ServerCertificateName: certificate.serverCertificateName,
    ServerCertificateId: certificate.serverCertificateId,
    Arn: certificate.arn,
    UploadDate: certificate.createdAt,
    Expiration: certificate.expiresAt,
  };
}

function certificateOf(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    // What OpenSSL has to say of the caller's text is of no use to the caller.
    throw malformed(`Unable to parse ${what}. Please ensure the ${what} is in PEM format.`);
  }
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw malformed("Unable to parse key; ensure key is a valid, unencrypted private key in PEM format.");
  }
}

function malformed(message: string): Fault {
  return new Fault("MalformedCertificateException", message);
}
