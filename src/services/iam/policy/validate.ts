import { operatorNameOf } from "./condition.ts";
import { type PolicyDocument, PolicySyntaxError, parsePolicy, type Statement } from "./document.ts";
import { dateOf } from "./values.ts";

/**
 * What a document is for. `identity`: attached to users, groups and roles, also as a boundary or for a session.
 * `trust`: who may take on a role. `resource`: attached to a resource that is not a role.
 */
export type PolicyPurpose = "identity" | "trust" | "resource";

/**
 * What is wrong with a policy document, in the words of IAM's MalformedPolicyDocument; undefined when nothing is.
 * Sizes, and whether the principals exist, are for the operations to check.
 */
export function validatePolicy(text: string, purpose: PolicyPurpose): string | undefined {
  const document = policyIn(text);
  if (document === undefined) return purpose === "trust" ? badJson(text) : "Syntax errors in policy.";
  if (purpose === "identity") return identityFault(document);
  return purpose === "trust" ? trustFault(document) : resourceFault(document);
}

/** The document that a text is; undefined when it is none. */
export function policyIn(text: string): PolicyDocument | undefined {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return undefined;
    throw error;
  }
}

function badJson(text: string): string {
  try {
    JSON.parse(text);
    return "Syntax errors in policy.";
  } catch {
    return "This policy contains invalid Json";
  }
}

/** The order is IAM's: of several faults the first is told. */
function identityFault(document: PolicyDocument): string | undefined {
  const { statements } = document;
  if (document.version !== "2012-10-17") return "Policy document must be version 2012-10-17 or greater.";
  if (statements.some(({ principal, notPrincipal }) => principal !== undefined || notPrincipal !== undefined)) {
    return "Policy document should not specify a principal.";
  }
  return (
    commonFault(statements) ??
    (statements.every(hasPlainSid) ? undefined : sidFault) ??
    first(statements, ({ resource, notResource }) => first(resource ?? notResource ?? [], resourceFormatFault)) ??
    first(statements, actionFault) ??
    (statements.every(hasResources) ? undefined : "Policy statement must contain resources.")
  );
}

function trustFault({ statements }: PolicyDocument): string | undefined {
  for (const statement of statements) {
    if (statement.resource !== undefined) return "Has prohibited field Resource";
    if (statement.notResource !== undefined) return "Has prohibited field NotResource";
    if (statement.principal === undefined && statement.notPrincipal === undefined) {
      return "Missing required field Principal";
    }
  }
  return (
    commonFault(statements) ??
    first(statements, actionFault) ??
    (statements.every(isAboutSts) ? undefined : "AssumeRole policy may only specify STS AssumeRole actions.") ??
    first(statements, principalFault)
  );
}

function resourceFault({ statements }: PolicyDocument): string | undefined {
  if (statements.some(({ principal, notPrincipal }) => principal === undefined && notPrincipal === undefined)) {
    return "Missing required field Principal";
  }
  return commonFault(statements) ?? first(statements, actionFault) ?? first(statements, principalFault);
}

function commonFault(statements: readonly Statement[]): string | undefined {
  if (!statements.every(isLegible)) return "The policy failed legacy parsing";
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (sids.length !== new Set(sids).size) return "Statement IDs (SID) in a single policy must be unique.";
  if (!statements.every(hasActions)) return "Policy statement must contain actions.";
  return undefined;
}

function first<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const sidFault =
  "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";

/** Policies of resources may have other characters in theirs. */
function hasPlainSid({ sid = "" }: Statement): boolean {
  return /^[0-9A-Za-z]*$/.test(sid);
}

function hasActions({ action, notAction }: Statement): boolean {
  return (action ?? notAction ?? []).length > 0;
}

function hasResources({ resource, notResource }: Statement): boolean {
  return (resource ?? notResource ?? []).length > 0;
}

/** What IAM's older parser stumbles over: unknown operators, dates that are none, ARNs with too few parts. */
function isLegible({ conditions, resource, notResource }: Statement): boolean {
  for (const { operator, values } of conditions) {
    const name = operatorNameOf(operator);
    if (name === undefined) return false;
    if (name.base.startsWith("Date") && !values.every((value) => dateOf(value) !== undefined)) return false;
  }
  const texts = resource ?? notResource ?? [];
  return texts.every((text) => !text.includes("::") || text.split(":").length >= 6 || !text.startsWith("arn:aws:"));
}

function actionFault({ action, notAction }: Statement): string | undefined {
  return first(action ?? notAction ?? [], (text) => {
    const [vendor, ...rest] = text.split(":");
    if (rest.length === 0 && vendor !== "*") {
      return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    }
    if (rest.length > 1) return "Actions/Condition can contain only one colon.";
    return vendor === "*" || /^[A-Za-z0-9.-]+$/.test(vendor!) ? undefined : `Vendor ${vendor} is not valid`;
  });
}

const iamPaths =
  "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, " +
  "saml-provider/, oidc-provider/, report/, access-report/";
const partitions = new Set([
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-eusc",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
]);

function resourceFormatFault(resource: string): string | undefined {
  if (resource === "*") return undefined;
  const [arn, partition, vendor, region, account, ...rest] = resource.split(":");
  if (partition === undefined) return `Resource ${arn} must be in ARN format or "*".`;
  if (!partitions.has(partition) && partition !== "*") {
    const parts = [vendor ?? "*", region ?? "*", account ?? "*", rest.length > 0 ? rest.join(":") : "*"];
    return `Partition "${partition}" is not valid for resource "arn:${[partition, ...parts].join(":")}".`;
  }
  if (!vendor) return "Resource vendor must be fully qualified and cannot contain regexes.";
  if (vendor === "iam" && region) return `IAM resource ${resource} cannot contain region information.`;
  if (vendor === "s3" && region) return `Resource ${resource} can not contain region information.`;
  const path = rest.join(":");
  if (vendor === "iam" && rest.length > 0 && path !== "*" && !startsAsIam(path)) {
    return `IAM resource path must either be "*" or start with ${iamPaths}.`;
  }
  return undefined;
}

function startsAsIam(path: string): boolean {
  return path === "root" || path.startsWith("$") || iamPaths.split(", ").some((start) => path.startsWith(start));
}

const trustActions = new Set([
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:assumeroot",
  "sts:tagsession",
  "sts:setsourceidentity",
  "sts:setcontext",
]);

function isAboutSts({ action, notAction }: Statement): boolean {
  const isSts = (text: string) => trustActions.has(text.toLowerCase()) || /^sts:.*\*/i.test(text);
  return notAction === undefined && (action ?? []).every(isSts);
}

function principalFault({ principal, notPrincipal }: Statement): string | undefined {
  return first(Object.entries(principal ?? notPrincipal ?? {}), ([kind, values]) => {
    const isValid = kind === "AWS" ? isAwsPrincipal : (value: string) => value !== "";
    const bad = values.find((value) => !isValid(value));
    return bad === undefined ? undefined : `Invalid principal in policy: "${kind.toUpperCase()}":"${bad}"`;
  });
}

/**
 * All principals, an account, one of its users, roles or sessions, or the unique id of one that was deleted. A wildcard
 * in a name would match nobody.
 */
function isAwsPrincipal(value: string): boolean {
  if (value === "*" || /^\d{12}$/.test(value) || /^A(ROA|IDA)[A-Z0-9]{16,}$/.test(value)) return true;
  const iam = /^arn:[\w-]+:iam::\d{12}:(root|user\/[^*?]+|role\/[^*?]+)$/;
  const sts = /^arn:[\w-]+:sts::\d{12}:(assumed-role\/[^*?]+\/[^*?]+|federated-user\/[^*?]+)$/;
  return iam.test(value) || sts.test(value);
}
