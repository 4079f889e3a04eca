import { createHash, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { canonical } from "./canonical.ts";
import { attributeOf, childrenNamed, type Element, elementsOf, textOf } from "./xml.ts";

const dsig = "http://www.w3.org/2000/09/xmldsig#";
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const enveloped = `${dsig}enveloped-signature`;

/** Digests and signatures that are proof; those with SHA-1 are not. */
const digests: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
  }),
);
const algorithms: ReadonlyMap<string, readonly [family: string, digest: string]> = new Map(
  Object.entries({
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": ["rsa", "sha256"],
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": ["rsa", "sha384"],
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": ["rsa", "sha512"],
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": ["ec", "sha256"],
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": ["ec", "sha384"],
  } as const),
);

/**
 * Whether an element is signed, as a whole, by one of the keys: with a signature that is its own child and refers to it
 * by its ID, which no other element of the document has (XML Signature; SAML 2.0 core, 5.4). Keys in the signature
 * itself are not looked at.
 */
export function isSignedBy(element: Element, root: Element, keys: readonly KeyObject[]): boolean {
  const [signature, ...more] = childrenNamed(element, dsig, "Signature");
  const id = attributeOf(element, "ID");
  if (signature === undefined || more.length > 0 || !id || countOfId(root, id) !== 1) return false;
  const info = only(signature, "SignedInfo");
  const value = only(signature, "SignatureValue");
  if (info === undefined || value === undefined || !isDigested(info, element, signature, id)) return false;
  const method = only(info, "CanonicalizationMethod");
  if (method === undefined || attributeOf(method, "Algorithm") !== exclusive) return false;
  const [family, digest] = algorithms.get(algorithmOf(only(info, "SignatureMethod"))) ?? [];
  if (digest === undefined) return false;
  const signed = Buffer.from(canonical(info, prefixesOf(method)));
  const bytes = Buffer.from(textOf(value), "base64");
  return keys.some((key) => key.asymmetricKeyType === family && isVerified(digest, signed, key, bytes));
}

function isVerified(digest: string, signed: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  return verify(digest, signed, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** The one reference is to the element, and its digest is the element's. */
function isDigested(info: Element, element: Element, signature: Element, id: string): boolean {
  const reference = only(info, "Reference");
  const transforms = reference && only(reference, "Transforms");
  if (transforms === undefined || attributeOf(reference!, "URI") !== `#${id}`) return false;
  const [first, second, ...others] = childrenNamed(transforms, dsig, "Transform");
  if (algorithmOf(first) !== enveloped || algorithmOf(second) !== exclusive || others.length > 0) return false;
  const digest = digests.get(algorithmOf(only(reference!, "DigestMethod")));
  const value = only(reference!, "DigestValue");
  if (digest === undefined || value === undefined) return false;
  const expected = Buffer.from(textOf(value), "base64");
  const given = createHash(digest)
    .update(canonical(element, prefixesOf(second!), signature))
    .digest();
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The one child of this name; undefined when there are none or several. */
function only(element: Element, local: string): Element | undefined {
  const [found, ...more] = childrenNamed(element, dsig, local);
  return more.length === 0 ? found : undefined;
}

function algorithmOf(element: Element | undefined): string {
  return (element && attributeOf(element, "Algorithm")) ?? "";
}

function prefixesOf(method: Element): string[] {
  const [list] = childrenNamed(method, exclusive, "InclusiveNamespaces");
  const prefixes = (list && attributeOf(list, "PrefixList"))?.split(/\s+/).filter((prefix) => prefix !== "") ?? [];
  return prefixes.map((prefix) => (prefix === "#default" ? "" : prefix));
}

function countOfId(element: Element, id: string): number {
  const own = element.attributes.some(({ local, value }) => local.toLowerCase() === "id" && value === id) ? 1 : 0;
  return elementsOf(element).reduce((sum, child) => sum + countOfId(child, id), own);
}
