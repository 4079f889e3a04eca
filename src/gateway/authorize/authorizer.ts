import { parseArn, partitionOf } from "#kernel/arn.ts";
import type { AccessCheck, AccessRequest, AuthorizationScope, ServiceAuthorization } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import {
  compilePolicy,
  type Decision,
  evaluate,
  type PolicyCompiler,
  PolicySyntaxError,
  type Principal,
  policyCompiler,
  refusalMessage,
} from "#services/iam/policy/index.ts";
import { type CallerPolicies, createPolicySource } from "#services/iam/principals.ts";
import type { FaultStyle } from "#wire/faults.ts";
import { commonFault } from "../operation.ts";
import type { AuthorizeRequest } from "../pipeline.ts";
import { encodedMessage } from "./encoded-message.ts";
import { questionsOf } from "./questions.ts";
import { type Origin, requestKeys } from "./request-keys.ts";
import { refuseBeyondSession } from "./session-limits.ts";

export interface AuthorizerOptions {
  readonly services: readonly ServiceModule[];
  readonly store: Store;
  readonly clock: Clock;
  /** Seals the details of EC2's refusals, which only `sts:DecodeAuthorizationMessage` shows. */
  readonly secretBox: SecretBox;
  readonly compile?: PolicyCompiler;
}

export interface Authorizer {
  /** The gateway's step: throws the service's access fault when the caller may not; else gives the resources' ARNs. */
  authorize(request: AuthorizeRequest): readonly string[];
  /** The same question for other parts of the platform. */
  readonly check: AccessCheck;
  /** Whether the caller may have the platform run an operation; undefined: yes, else AWS's words for the refusal. */
  checkCall(call: Call): string | undefined;
}

/** An operation of a service by name, with input that its model has validated, and for whom it is run. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
}

const nowhere: Origin = { secure: false };

/** Asks IAM before every operation (User Guide, "Policy evaluation logic"). */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const compile = options.compile ?? policyCompiler();
  const source = createPolicySource(options.store, compile);
  const tables = new Map(options.services.map(({ name, authorization }) => [name, authorization]));
  const byPrefix = new Map(
    options.services.flatMap(({ authorization }) => (authorization ? [[authorization.prefix, authorization]] : [])),
  );
  const parts: DecisionParts = { store: options.store, clock: options.clock, compile, byPrefix };
  const decide = (request: AccessRequest, policies: CallerPolicies, origin: Origin) =>
    decisionOf(request, policies, origin, parts);

  const check: AccessCheck = (request) => {
    const decision = decide(request, source.policiesOf(request.caller), nowhere);
    return decision.effect === "allowed" ? undefined : wordsOf(request, decision);
  };
  return {
    authorize(request) {
      const { caller, operation, style, account, region, input } = request;
      if (caller.arn === "" && operation.unsigned) return []; // the handler looks at the token that it came with
      refuseBeyondSession(caller, operation, style);
      const service = tables.get(operation.service.name);
      const entry = service?.operations[operation.name];
      if (service === undefined || entry === undefined) {
        if (caller.type === "Root") return [];
        throw commonFault(style, "accessDenied");
      }
      const scope = scopeOf(options.store, caller, account, region);
      const questions = questionsOf(service, operation.name, entry, input, scope);
      if (questions.length === 0) return [];
      const policies = source.policiesOf(caller);
      for (const question of questions) {
        const decision = decide(question, policies, request.origin);
        if (decision.effect !== "allowed") throw refusal(question, decision, style, options.secretBox);
      }
      return namedIn(questions);
    },
    check,
    checkCall({ service: name, operation, input, caller, account, region }) {
      const service = tables.get(name);
      const entry = service?.operations[operation];
      if (service === undefined || entry === undefined) return `${name}:${operation} is only for requests.`;
      const scope = scopeOf(options.store, caller, account, region);
      for (const question of questionsOf(service, operation, entry, input, scope)) {
        const refused = check(question);
        if (refused !== undefined) return refused;
      }
      return undefined;
    },
  };
}

/** The resources that are asked about, each once. */
function namedIn(questions: readonly AccessRequest[]): readonly string[] {
  const named = new Set<string>();
  for (const { resource } of questions) if (resource !== "*") named.add(resource);
  return [...named];
}

interface DecisionParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly compile: PolicyCompiler;
  readonly byPrefix: ReadonlyMap<string, ServiceAuthorization>;
}

function decisionOf(request: AccessRequest, policies: CallerPolicies, origin: Origin, parts: DecisionParts): Decision {
  const { caller, action, resource, account, region } = request;
  const scope = scopeOf(parts.store, caller, account, region);
  const arn = resource === "*" ? undefined : parseArn(resource);
  // What ARNs name no account for, or `aws` as for its managed policies, belongs to whoever asks.
  const resourceAccount = arn !== undefined && /^\d{12}$/.test(arn.account) ? arn.account : account;
  const owner = parts.byPrefix.get(action.slice(0, action.indexOf(":")));
  const text = arn && owner?.resourcePolicy?.(resource, scope);
  const texts = typeof text === "string" ? [text] : (text ?? []);
  const keys = requestKeys({
    request,
    origin,
    resourceAccount,
    now: parts.clock.now(),
    principalTags: policies.tags,
    userName: policies.userName,
    resourceTags: () => arn && (parts.byPrefix.get(arn.service) ?? owner)?.resourceTags?.(resource, scope),
  });
  const attached = texts.map((each) => ({ id: resource, policy: compiled(each, parts.compile) }));
  return evaluate(
    attached.length === 0 ? policies.sets : { ...policies.sets, resource: attached },
    { action, resource, principal: principalOf(caller), keys },
    {
      sameAccount: caller.account === resourceAccount,
      resourcePolicyRequired: arn !== undefined && (owner?.resourcePolicyRequired?.(action, resource) ?? false),
    },
  );
}

function scopeOf(store: Store, caller: Caller, account: string, region: string): AuthorizationScope {
  return { store, caller, account, region, partition: partitionOf(region) };
}

const kinds = { Root: "root", User: "user", AssumedRole: "role", FederatedUser: "federatedUser" } as const;

/** As the principals of resource-based policies name the caller. */
function principalOf({ type, arn, account, session }: Caller): Principal {
  if (arn === "") return { kind: "anonymous", arn };
  const isOfAnother = type === "AssumedRole" || type === "FederatedUser";
  const provider = session?.federatedProvider;
  return {
    ...{ kind: kinds[type], arn, account },
    ...(isOfAnother && session && { issuerArn: session.issuerArn }),
    ...(provider !== undefined && { provider }),
  };
}

/** Of a resource: without a principal it would deny nobody anything. */
const denying = compilePolicy('{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}');

/** A document that cannot be read may hold a Deny. */
function compiled(text: string, compile: PolicyCompiler) {
  try {
    return compile(text);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return denying;
    throw error;
  }
}

function refusal(question: AccessRequest, decision: Decision, style: FaultStyle, secretBox: SecretBox) {
  const words = wordsOf(question, decision);
  if (style !== "ec2") return commonFault(style, "accessDenied", words);
  const encoded = encodedMessage(secretBox, question, decision);
  const message = `You are not authorized to perform this operation. ${words}. Encoded authorization failure message: `;
  return commonFault(style, "accessDenied", message + encoded);
}

/** STS tells no reason, so that nobody learns from it which roles exist. EC2 leaves out `*`. */
function wordsOf({ caller, action, resource }: AccessRequest, decision: Decision): string {
  const [service] = action.split(":");
  const isNamed = resource !== "*" || service !== "ec2";
  return refusalMessage(
    { callerArn: caller.arn, action, ...(isNamed && { resource }), withReason: service !== "sts" },
    decision,
  );
}
