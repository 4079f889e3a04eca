import { setImmediate } from "node:timers/promises";
import type {
  ContextEntry,
  EvaluationResult,
  PolicySourceType,
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  Statement,
} from "#generated/iam/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import {
  compilePolicy,
  contextKeysOf,
  type Decision,
  evaluate,
  type KeyValue,
  type PolicySets,
  type Principal,
  statementSpans,
} from "../policy/index.ts";
import { checkDocumentInput } from "../request/documents.ts";
import { listPage } from "../request/pages.ts";
import type { HeldPolicy } from "./principal.ts";

/** Actions times resources that one call asks about, on all its pages. */
const mostQuestions = 100_000;

/** What both simulating operations give, once it is settled whose policies count. */
export interface Simulation {
  readonly identity: readonly HeldPolicy[];
  readonly boundary: readonly HeldPolicy[];
  /** Whether the results tell of the organization's policies. */
  readonly tellsOfOrganization: boolean;
  readonly account: string;
}

type Request = Omit<SimulateCustomPolicyRequest, "PolicyInputList">;

/**
 * Asks the policies about each action on each resource, as far as the page goes. Others have their turn between two
 * questions: policies can be written so that each of them takes long.
 */
export async function simulatedPage(
  operation: string,
  { input, request = input }: { readonly input: Request; readonly request?: Request },
  simulation: Simulation,
): Promise<SimulatePolicyResponse> {
  const answer = simulator(request, simulation);
  const { ActionNames: actions, ResourceArns: resources = ["*"] } = request;
  if (actions.length * resources.length > mostQuestions) {
    throw new Fault("InvalidInputException", `At most ${mostQuestions} actions times resources can be simulated.`);
  }
  const questions = actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
  const { items, more } = listPage(operation, input, [...questions.entries()], ([index]) =>
    String(index).padStart(6, "0"),
  );
  const results: EvaluationResult[] = [];
  for (const [, question] of items) {
    await setImmediate();
    results.push(answer(question));
  }
  return { EvaluationResults: results, ...more };
}

interface Question {
  readonly action: string;
  readonly resource: string;
}

/** What the policies say of an action on a resource. Throws a `Fault` for a request that asks for no simulation. */
function simulator(request: Request, simulation: Simulation): (question: Question) => EvaluationResult {
  if (request.OrderedOrganizationPolicyInputList !== undefined) {
    throw new Fault("InvalidInputException", "Policies of organizations cannot be simulated.");
  }
  if (request.ResourceHandlingOption !== undefined) {
    const message = "Scenarios of EC2 are not simulated: name all resources that the call needs, and no option.";
    throw new Fault("InvalidInputException", message);
  }
  const resourcePolicy = resourcePolicyOf(request);
  const documents = [...simulation.identity, ...simulation.boundary, ...(resourcePolicy ? [resourcePolicy] : [])];
  const keys = keysOf(request.ContextEntries ?? []);
  const wanted = documents.flatMap(({ document }) => contextKeysOf(compilePolicy(document).document));
  const missing = [...new Set(wanted)].filter((key) => !keys.has(key.toLowerCase()));
  const sets: PolicySets = {
    identity: simulation.identity.map(attached),
    ...(simulation.boundary[0] !== undefined && { boundary: attached(simulation.boundary[0]) }),
    ...(resourcePolicy !== undefined && { resource: attached(resourcePolicy) }),
  };
  const principal = principalOf(request, simulation.account);
  const sameAccount = (request.ResourceOwner ?? simulation.account).includes(principal.account ?? "");
  const told = { missing, spanOf: spansIn(documents), named: request.ResourceArns !== undefined };
  return (question) => {
    const decision = evaluate(sets, { ...question, principal, keys }, { sameAccount });
    return resultOf({ ...question, decision }, told, simulation);
  };
}

type Matched = Decision["matched"][number];

/** Where a statement stands in its document. Each document is gone through once. */
function spansIn(documents: readonly HeldPolicy[]) {
  const known = new Map<string, ReturnType<typeof statementSpans>>();
  return ({ policyId, index }: Matched) => {
    const spans = known.get(policyId) ?? statementSpans(documents.find(({ id }) => id === policyId)!.document);
    known.set(policyId, spans);
    return spans[index]!;
  };
}

export function heldInput(list: readonly string[], name: string): HeldPolicy[] {
  return list.map((document, index) => {
    checkDocumentInput(document, "identity");
    return { id: `${name}.${index + 1}`, document };
  });
}

function resourcePolicyOf({ ResourcePolicy: document, CallerArn: callerArn }: Request): HeldPolicy | undefined {
  if (document === undefined) return undefined;
  if (callerArn === undefined) {
    throw new Fault("InvalidInputException", "CallerArn is required when a resource policy is given.");
  }
  checkDocumentInput(document, "resource");
  return { id: "ResourcePolicy", document };
}

function principalOf({ CallerArn: callerArn }: Request, account: string): Principal {
  if (callerArn === undefined) return { kind: "user", arn: "", account };
  const arn = parseArn(callerArn);
  if (arn?.service !== "iam" || !arn.resource.startsWith("user/")) {
    throw new Fault("InvalidInputException", `Invalid caller ARN: ${callerArn} is not the ARN of a user.`);
  }
  return { kind: "user", arn: callerArn, account: arn.account };
}

function keysOf(entries: readonly ContextEntry[]): Map<string, KeyValue> {
  return new Map(
    entries.map(({ ContextKeyName: name = "", ContextKeyValues: values = [], ContextKeyType: type = "string" }) => [
      name.toLowerCase(),
      type.endsWith("List") ? values : (values[0] ?? []),
    ]),
  );
}

function attached({ id, document }: HeldPolicy) {
  return { id, policy: compilePolicy(document) };
}

interface Told {
  readonly missing: readonly string[];
  readonly spanOf: ReturnType<typeof spansIn>;
  /** Whether the request names resources. */
  readonly named: boolean;
}

function resultOf(
  asked: { readonly action: string; readonly resource: string; readonly decision: Decision },
  { missing, spanOf, named }: Told,
  { tellsOfOrganization, boundary }: Simulation,
): EvaluationResult {
  const { action, resource, decision } = asked;
  const matched = decision.matched.map((statement) => statementOf(statement, spanOf(statement)));
  const byBoundary =
    boundary.length === 0
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: decision.allowedByBoundary ?? false } };
  const specific = {
    EvalResourceName: resource,
    EvalResourceDecision: decision.effect,
    MatchedStatements: matched,
    MissingContextValues: missing,
    ...byBoundary,
  };
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision.effect,
    MatchedStatements: matched,
    MissingContextValues: missing,
    ...byBoundary,
    ...(tellsOfOrganization && { OrganizationsDecisionDetail: { AllowedByOrganizations: true } }),
    ...(named && { ResourceSpecificResults: [specific] }),
  };
}

function statementOf({ policyId }: Matched, span: ReturnType<ReturnType<typeof spansIn>>): Statement {
  return {
    SourcePolicyId: policyId,
    // The model lists other words; this is what AWS answers.
    SourcePolicyType: "IAM Policy" as PolicySourceType,
    // As AWS counts: behind the opening brace, and behind the closing one.
    StartPosition: { Line: span.start.line, Column: span.start.column + 1 },
    EndPosition: { Line: span.end.line, Column: span.end.column },
  };
}
