import { arnMatcher } from "./arn-pattern.ts";
import { type Condition, compileCondition } from "./condition.ts";
import { type PolicyDocument, parsePolicy, type Statement } from "./document.ts";
import { globMatcher } from "./glob.ts";
import { compilePrincipal, type Naming, type PrincipalMatcher } from "./principal.ts";
import type { PolicyRequest, RequestKeys } from "./request.ts";
import type { Matcher } from "./template.ts";

/** A policy that is ready to be asked. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  /** The statements about an action (in any case), in their order. */
  about(action: string): readonly CompiledStatement[];
}

export interface CompiledStatement {
  /** The position in the document, from 0. */
  readonly index: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  /** Whether the statement applies to a request for an action that it is about, and how it names the caller. */
  appliesTo(request: PolicyRequest): Naming;
}

/** The platform has some hundreds of actions; nobody else's inventions are to fill the memory. */
const mostActions = 1024;

/** Throws `PolicySyntaxError` when the text is no policy. */
export function compilePolicy(text: string): CompiledPolicy {
  const document = parsePolicy(text);
  const variables = document.version === "2012-10-17";
  const compiled = document.statements.map((statement, index) => ({
    statement: compileStatement(statement, index, variables),
    isAbout: compileAction(statement),
  }));
  const byAction = new Map<string, readonly CompiledStatement[]>();
  return {
    document,
    about(action) {
      const known = byAction.get(action);
      if (known !== undefined) return known;
      const lower = action.toLowerCase();
      const found = compiled.flatMap(({ statement, isAbout }) => (isAbout(lower) ? [statement] : []));
      if (byAction.size >= mostActions) byAction.clear();
      byAction.set(action, found);
      return found;
    },
  };
}

function compileAction({ action, notAction }: Statement): (lowerCaseAction: string) => boolean {
  const matchers = (action ?? notAction ?? []).map((pattern) => globMatcher(pattern.toLowerCase()));
  const wanted = notAction === undefined;
  return (text) => matchers.some((matches) => matches(text)) === wanted;
}

function compileStatement(statement: Statement, index: number, variables: boolean): CompiledStatement {
  const { sid, effect } = statement;
  const isOn = compileResource(statement, variables);
  const naming: PrincipalMatcher = compilePrincipal(statement) ?? (() => "caller");
  const conditions: readonly Condition[] = statement.conditions.map((entry) =>
    compileCondition(entry, variables, effect),
  );
  return {
    index,
    sid,
    effect,
    appliesTo(request) {
      if (!isOn(request.resource, request.keys)) return "none";
      const named = naming(request.principal);
      if (named === "none") return named;
      for (const isMet of conditions) if (!isMet(request.keys)) return "none";
      return named;
    },
  };
}

/** A trust policy has no resources: it is about the role that it belongs to. */
function compileResource(
  { resource, notResource, effect }: Statement,
  variables: boolean,
): (arn: string, keys: RequestKeys) => boolean {
  const patterns = resource ?? notResource;
  if (patterns === undefined) return () => true;
  const matchers: readonly Matcher[] = patterns.map((pattern) => arnMatcher(pattern, variables));
  const matchesOne = (arn: string, keys: RequestKeys) => {
    for (const matcher of matchers) if (matcher.matches(arn, keys)) return true;
    return false;
  };
  if (notResource === undefined) return matchesOne;
  // A variable without a value must not widen an Allow: see `compileCondition`.
  const unresolved = effect === "Allow" ? matchers.flatMap(({ resolvable }) => resolvable ?? []) : [];
  return (arn, keys) => unresolved.every((resolvable) => resolvable(keys)) && !matchesOne(arn, keys);
}

/** Gives the compiled form of a policy's text, from memory for texts lately used. */
export type PolicyCompiler = (text: string) => CompiledPolicy;

/** Keeps up to `most` compiled policies; the one that was not asked for the longest goes first. */
export function policyCompiler(most = 2000): PolicyCompiler {
  const cache = new Map<string, CompiledPolicy>();
  return (text) => {
    const known = cache.get(text);
    const policy = known ?? compilePolicy(text);
    cache.delete(text);
    cache.set(text, policy);
    if (cache.size > most) cache.delete(cache.keys().next().value!);
    return policy;
  };
}
