import type { SamlMetadata } from "./metadata.ts";
import { isSignedBy } from "./signature.ts";
import { attributeOf, childrenNamed, type Element, parseXml, textOf, XmlError } from "./xml.ts";

const protocol = "urn:oasis:names:tc:SAML:2.0:protocol";
const assertionNamespace = "urn:oasis:names:tc:SAML:2.0:assertion";
const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const success = "urn:oasis:names:tc:SAML:2.0:status:Success";
const audiences = new Set(["https://signin.aws.amazon.com/saml", "urn:amazon:webservices"]);
const recipientPattern = /^https:\/\/(?:[a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml(?:\/acs\/[\w-]+)?$/;
const attributePrefix = "https://aws.amazon.com/SAML/Attributes/";
/** "The assertion must be used within 5 minutes of issuance." */
const freshMs = 5 * 60_000;
/** How far the provider's clock may be ahead. */
const skewMs = 60_000;
const mostCharacters = 100_000;

/** What an assertion of an identity provider says, once it is known to be the provider's and in time. */
export interface SamlClaims {
  readonly issuer: string;
  readonly subject: string;
  /** `persistent`, `transient`, or the whole format. */
  readonly subjectType: string;
  readonly recipient: string;
  readonly sessionName: string;
  /** Pairs of role and provider ARNs. */
  readonly roles: readonly (readonly [roleArn: string, providerArn: string])[];
  readonly sessionSeconds?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string;
  /** When the session must have ended, in milliseconds since the epoch. */
  readonly notAfter?: number;
}

/** Why an assertion is not taken, with STS's code for it. */
export interface SamlRefusal {
  readonly code: "InvalidIdentityToken" | "IDPRejectedClaim" | "ExpiredTokenException";
  readonly message: string;
}

const invalid = (message: string): SamlRefusal => ({ code: "InvalidIdentityToken", message });
const expired: SamlRefusal = {
  code: "ExpiredTokenException",
  message: "Token must be redeemed within 5 minutes of issuance",
};

/**
 * Reads what a provider answered to a browser (SAML 2.0 core, bindings and web browser profile), in base64. What it
 * says is read out of the very element that is signed. Pure: `now` in milliseconds since the epoch.
 */
export function readAssertion(base64: string, provider: SamlMetadata, now: number): SamlClaims | SamlRefusal {
  const response = parsedResponse(base64);
  if (response === undefined) return invalid("Invalid SAML response: it could not be parsed.");
  const [status] = childrenNamed(response, protocol, "Status");
  const [code] = status === undefined ? [] : childrenNamed(status, protocol, "StatusCode");
  if (code === undefined || attributeOf(code, "Value") !== success) {
    return { code: "IDPRejectedClaim", message: "The identity provider reports that authentication failed." };
  }
  if (childrenNamed(response, assertionNamespace, "EncryptedAssertion").length > 0) {
    return invalid("Encrypted SAML assertions are not supported.");
  }
  const [assertion, ...more] = childrenNamed(response, assertionNamespace, "Assertion");
  if (assertion === undefined || more.length > 0) return invalid("A SAML response must hold one assertion.");
  const isSigned = [response, assertion].some((element) => isSignedBy(element, response, provider.keys));
  if (!isSigned) return invalid("SAML Assertion signature validation failed: no key of the provider's metadata fits.");
  return claimsOf(assertion, provider, now);
}

function parsedResponse(base64: string): Element | undefined {
  if (base64.length > mostCharacters) return undefined;
  try {
    const root = parseXml(Buffer.from(base64, "base64").toString("utf8"));
    return root.local === "Response" && root.namespace === protocol ? root : undefined;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

function claimsOf(assertion: Element, provider: SamlMetadata, now: number): SamlClaims | SamlRefusal {
  const part = (local: string) => childrenNamed(assertion, assertionNamespace, local)[0];
  const [issuer, subject, conditions] = [part("Issuer"), part("Subject"), part("Conditions")];
  if (issuer === undefined || textOf(issuer) !== provider.entityId) {
    return invalid("Issuer of the SAML assertion does not match the identity provider's entityID.");
  }
  const [nameId] = subject === undefined ? [] : childrenNamed(subject, assertionNamespace, "NameID");
  const data = subject && bearerData(subject);
  const recipient = (data && attributeOf(data, "Recipient")) ?? "";
  if (nameId === undefined || data === undefined || !recipientPattern.test(recipient)) {
    return invalid(
      "The SAML assertion needs a NameID and a bearer confirmation for https://signin.aws.amazon.com/saml.",
    );
  }
  const issuedAt = timeOf(assertion, "IssueInstant");
  const ends = [timeOf(data, "NotOnOrAfter"), conditions && timeOf(conditions, "NotOnOrAfter")];
  const begins = [timeOf(data, "NotBefore"), conditions && timeOf(conditions, "NotBefore"), issuedAt];
  if (issuedAt === undefined || ends[0] === undefined)
    return invalid("The SAML assertion does not say until when it is good.");
  if (now >= issuedAt + freshMs || ends.some((end) => end !== undefined && now >= end)) return expired;
  if (begins.some((begin) => begin !== undefined && begin > now + skewMs))
    return invalid("The SAML assertion is not valid yet.");
  if (!isForUs(conditions)) return invalid("The SAML assertion is for another audience.");
  return withAttributes(assertion, { issuer: textOf(issuer), recipient, ...subjectOf(nameId) });
}

function bearerData(subject: Element): Element | undefined {
  const confirmations = childrenNamed(subject, assertionNamespace, "SubjectConfirmation");
  const found = confirmations.find((confirmation) => attributeOf(confirmation, "Method") === bearer);
  return found && childrenNamed(found, assertionNamespace, "SubjectConfirmationData")[0];
}

function subjectOf(nameId: Element) {
  const format = attributeOf(nameId, "Format") ?? "";
  return { subject: textOf(nameId), subjectType: format.replace("urn:oasis:names:tc:SAML:2.0:nameid-format:", "") };
}

/** Each restriction must name us; without one the assertion is for anybody, and so not for us. */
function isForUs(conditions: Element | undefined): boolean {
  const restrictions =
    conditions === undefined ? [] : childrenNamed(conditions, assertionNamespace, "AudienceRestriction");
  const named = restrictions.map((restriction) =>
    childrenNamed(restriction, assertionNamespace, "Audience").map(textOf),
  );
  return named.length > 0 && named.every((list) => list.some((audience) => audiences.has(audience)));
}

function withAttributes(
  assertion: Element,
  known: Pick<SamlClaims, "issuer" | "subject" | "subjectType" | "recipient">,
): SamlClaims | SamlRefusal {
  const values = attributesOf(assertion);
  const sessionName = values.get(`${attributePrefix}RoleSessionName`)?.[0] ?? "";
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    return invalid("RoleSessionName is required in the SAML assertion: 2 to 64 letters, digits and =,.@-_+");
  }
  const roles = (values.get(`${attributePrefix}Role`) ?? []).map((text) => {
    const parts = text.split(",").map((each) => each.trim());
    return [
      parts.find((each) => each.includes(":role/")) ?? "",
      parts.find((each) => each.includes(":saml-provider/")) ?? "",
    ] as const;
  });
  const seconds = Number(values.get(`${attributePrefix}SessionDuration`)?.[0] ?? Number.NaN);
  const sourceIdentity = values.get(`${attributePrefix}SourceIdentity`)?.[0];
  const tagStart = `${attributePrefix}PrincipalTag:`;
  const tags = [...values].flatMap(([name, [value]]) =>
    name.startsWith(tagStart) ? [[name.slice(tagStart.length), value ?? ""]] : [],
  );
  const [statement] = childrenNamed(assertion, assertionNamespace, "AuthnStatement");
  const notAfter = statement && timeOf(statement, "SessionNotOnOrAfter");
  return {
    ...{ ...known, sessionName, roles, tags: Object.fromEntries(tags) },
    transitiveTagKeys: values.get(`${attributePrefix}TransitiveTagKeys`) ?? [],
    ...(Number.isInteger(seconds) && { sessionSeconds: seconds }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(notAfter !== undefined && { notAfter }),
  };
}

function attributesOf(assertion: Element): Map<string, string[]> {
  const attributes = childrenNamed(assertion, assertionNamespace, "AttributeStatement").flatMap((statement) =>
    childrenNamed(statement, assertionNamespace, "Attribute"),
  );
  return new Map(
    attributes.map((attribute) => [
      attributeOf(attribute, "Name") ?? "",
      childrenNamed(attribute, assertionNamespace, "AttributeValue").map(textOf),
    ]),
  );
}

/** Undefined: not said. What is no time is one that is long over, and one that is far away. */
function timeOf(element: Element, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? (name === "NotBefore" ? Number.POSITIVE_INFINITY : 0) : time;
}
