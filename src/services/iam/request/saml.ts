import { Fault } from "#kernel/fault.ts";

const lifetimeMs = 100 * 365 * 24 * 3600 * 1000;

/** The metadata of a SAML 2.0 identity provider names it and holds the certificate that it signs with. */
export function checkSamlMetadata(document: string): void {
  const isMetadata =
    /<(\w+:)?EntityDescriptor\b[^>]*\bentityID=/.test(document) &&
    /<(\w+:)?IDPSSODescriptor\b/.test(document) &&
    /<(\w+:)?X509Certificate\b/.test(document) &&
    /<\/(\w+:)?EntityDescriptor>\s*$/.test(document);
  if (!isMetadata) throw new Fault("InvalidInputException", "Could not parse metadata");
}

/** Assertions that are encrypted to keys of the provider's are not supported. */
export function refuseEncryption(input: {
  readonly AssertionEncryptionMode?: string;
  readonly AddPrivateKey?: string;
  readonly RemovePrivateKey?: string;
}): void {
  const { AssertionEncryptionMode: mode, AddPrivateKey: added, RemovePrivateKey: removed } = input;
  if (mode === undefined && added === undefined && removed === undefined) return;
  throw new Fault("InvalidInputException", "Encrypted SAML assertions are not supported.");
}

/** As AWS has it: a hundred years. */
export function validUntil(now: number): number {
  return now + lifetimeMs;
}
