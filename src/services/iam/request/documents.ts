import { Fault } from "#kernel/fault.ts";
import { type PolicyPurpose, validatePolicy } from "../policy/index.ts";

const managedPolicyQuota = 6144;
const trustPolicyQuota = 2048;

/** Refuses a document that is no policy for this purpose. */
export function checkDocument(document: string, purpose: PolicyPurpose): void {
  refuseDocument("MalformedPolicyDocumentException", document, purpose);
}

/** The same for a document that is only asked about, and not kept: such operations know no other fault. */
export function checkDocumentInput(document: string, purpose: PolicyPurpose): void {
  refuseDocument("InvalidInputException", document, purpose);
}

function refuseDocument(code: string, document: string, purpose: PolicyPurpose): void {
  const message = validatePolicy(document, purpose);
  if (message !== undefined) throw new Fault(code, message);
}

/** Refuses a document that is no managed policy, or too long a one. */
export function checkManagedPolicy(document: string): void {
  checkDocument(document, "identity");
  if (documentSize(document) > managedPolicyQuota) {
    throw new Fault("LimitExceededException", `Cannot exceed quota for PolicySize: ${managedPolicyQuota}`);
  }
}

/** Refuses a document that is no trust policy, or too long a one. */
export function checkTrustPolicy(document: string): void {
  checkDocument(document, "trust");
  if (documentSize(document) > trustPolicyQuota) {
    throw new Fault("LimitExceededException", `Cannot exceed quota for ACLSizePerRole: ${trustPolicyQuota}`);
  }
}

/** How long a document is against a quota: characters, without those that are white space. */
export function documentSize(document: string): number {
  return document.replace(/[\t\n\r ]/g, "").length;
}

/**
 * A document as answers carry it: percent-encoded, with only the unreserved characters of RFC 3986 left as they are.
 */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
