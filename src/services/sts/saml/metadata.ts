import { type KeyObject, X509Certificate } from "node:crypto";
import { attributeOf, childrenNamed, type Element, elementsOf, parseXml, textOf, XmlError } from "./xml.ts";

const metadata = "urn:oasis:names:tc:SAML:2.0:metadata";
const dsig = "http://www.w3.org/2000/09/xmldsig#";

/** Who an identity provider is, and the keys that it signs with. */
export interface SamlMetadata {
  readonly entityId: string;
  readonly keys: readonly KeyObject[];
}

/**
 * Reads a provider's metadata document (SAML 2.0 metadata); undefined when it is none. It was given by whoever may set
 * up providers, so comments in it do no harm.
 */
export function readMetadata(document: string): SamlMetadata | undefined {
  try {
    const root = parseXml(document.replace(/<!--[\s\S]*?-->/g, ""));
    const entityId = attributeOf(root, "entityID");
    if (root.local !== "EntityDescriptor" || root.namespace !== metadata || !entityId) return undefined;
    const descriptors = childrenNamed(root, metadata, "IDPSSODescriptor").flatMap((provider) =>
      childrenNamed(provider, metadata, "KeyDescriptor"),
    );
    const signing = descriptors.filter((descriptor) => attributeOf(descriptor, "use") !== "encryption");
    return { entityId, keys: signing.flatMap(certificatesIn).flatMap(keyOf) };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

function certificatesIn(element: Element): string[] {
  if (element.local === "X509Certificate" && element.namespace === dsig) return [textOf(element)];
  return elementsOf(element).flatMap(certificatesIn);
}

/** A certificate that cannot be read proves nothing. Its dates are no matter: metadata say which keys are good. */
function keyOf(base64: string): KeyObject[] {
  try {
    return [new X509Certificate(Buffer.from(base64, "base64")).publicKey];
  } catch {
    return [];
  }
}
