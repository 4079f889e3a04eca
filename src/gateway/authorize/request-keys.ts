import type { AccessRequest, ConditionKeys } from "#kernel/authorization.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Tags } from "#kernel/tags.ts";
import type { KeyValue, RequestKeys } from "#services/iam/policy/index.ts";

/** Where a request came from. */
export interface Origin {
  /** The address of the other end of the connection; absent for what did not come over one. */
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly referer?: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

export interface KeyParts {
  readonly request: AccessRequest;
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the caller's user or role, and of its session. */
  readonly principalTags: Tags;
  readonly userName: string | undefined;
  readonly resourceAccount: string;
  readonly resourceTags: () => Tags | undefined;
}

type GlobalKey = (parts: KeyParts) => KeyValue | undefined;

/** "AWS global condition context keys", those of them that a request to this platform can have. */
const globalKeys: Readonly<Record<string, GlobalKey>> = {
  "aws:currenttime": ({ now }) => new Date(now).toISOString(),
  "aws:epochtime": ({ now }) => String(Math.floor(now / 1000)),
  "aws:federatedprovider": ({ request }) => request.caller.session?.federatedProvider,
  "aws:multifactorauthage": ({ request, now }) => {
    const at = request.caller.session?.mfaAuthenticatedAt;
    return at === undefined ? undefined : String(Math.floor((now - at) / 1000));
  },
  // Only temporary credentials say whether there was a second factor.
  "aws:multifactorauthpresent": ({ request: { caller } }) =>
    caller.session && String(caller.session.mfaAuthenticatedAt !== undefined),
  "aws:principalaccount": ({ request }) => request.caller.account,
  "aws:principalarn": ({ request }) => principalArn(request.caller),
  "aws:principalisawsservice": () => "false",
  "aws:principaltype": ({ request: { caller } }) =>
    caller.arn === "" ? "Anonymous" : caller.type === "Root" ? "Account" : caller.type,
  "aws:referer": ({ origin }) => origin.referer,
  "aws:requestedregion": ({ request }) => request.region,
  "aws:resourceaccount": ({ resourceAccount }) => resourceAccount,
  "aws:securetransport": ({ origin }) => String(origin.secure),
  "aws:sourceidentity": ({ request }) => request.caller.session?.sourceIdentity,
  "aws:sourceip": ({ origin }) => origin.sourceIp,
  "aws:tokenissuetime": ({ request: { caller } }) => caller.session && new Date(caller.session.issuedAt).toISOString(),
  "aws:useragent": ({ origin }) => origin.userAgent,
  "aws:userid": ({ request }) => request.caller.userId,
  "aws:username": ({ userName }) => userName,
  "aws:viaawsservice": () => "false",
  "ec2:region": ({ request }) => request.region,
};

/** The condition keys of a request, each worked out when a policy asks for it. */
export function requestKeys(parts: KeyParts): RequestKeys {
  let own: ReadonlyMap<string, KeyValue> | undefined;
  let federated: ReadonlyMap<string, KeyValue> | undefined;
  return {
    get(name) {
      own ??= lowerCaseNames(parts.request.conditionKeys);
      const given = own.get(name);
      if (given !== undefined) return given;
      federated ??= lowerCaseNames(parts.request.caller.session?.federationKeys);
      const told = federated.get(name);
      if (told !== undefined) return told;
      const slash = name.indexOf("/");
      if (slash !== -1) return tagValue(tagsNamed(name.slice(0, slash), parts), name.slice(slash + 1));
      return Object.hasOwn(globalKeys, name) ? globalKeys[name]!(parts) : undefined;
    },
  };
}

/** The names of condition keys know no case. */
function lowerCaseNames(keys: ConditionKeys = {}): ReadonlyMap<string, KeyValue> {
  const found = new Map<string, KeyValue>();
  for (const [name, value] of Object.entries(keys)) if (value !== undefined) found.set(name.toLowerCase(), value);
  return found;
}

function tagsNamed(name: string, { request, principalTags, resourceTags }: KeyParts): Tags | undefined {
  if (name === "aws:requesttag") return request.requestTags;
  if (name === "aws:principaltag") return principalTags;
  const prefix = request.action.slice(0, request.action.indexOf(":")).toLowerCase();
  return name === "aws:resourcetag" || name === `${prefix}:resourcetag` ? resourceTags() : undefined;
}

/** The names of condition keys, and so the keys of tags in them, know no case. */
function tagValue(tags: Tags | undefined, lowerCaseKey: string): string | undefined {
  for (const key in tags) if (key.toLowerCase() === lowerCaseKey) return tags[key];
  return undefined;
}

/** A session of a role goes by the role's ARN. */
function principalArn({ type, arn, session }: Caller): string | undefined {
  if (arn === "") return undefined;
  return type === "AssumedRole" ? session?.issuerArn : arn;
}
