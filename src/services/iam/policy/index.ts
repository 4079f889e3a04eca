/** The policy engine: pure functions from documents and requests to decisions, without clock, store or network. */

export { type CompiledPolicy, compilePolicy, type PolicyCompiler, policyCompiler } from "./compile.ts";
export { type PolicyDocument, PolicySyntaxError, parsePolicy, type Statement } from "./document.ts";
export {
  type AttachedPolicy,
  type Decision,
  type EvaluationOptions,
  evaluate,
  type MatchedStatement,
  type PolicyKind,
  type PolicySets,
} from "./evaluate.ts";
export { contextKeysOf, type Span, statementSpans } from "./inspect.ts";
export { type Refusal, refusalMessage } from "./message.ts";
export type { KeyValue, PolicyRequest, Principal, RequestKeys } from "./request.ts";
export { type PolicyPurpose, validatePolicy } from "./validate.ts";
