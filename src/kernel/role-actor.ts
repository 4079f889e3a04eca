import type { ConditionKeys } from "./authorization.ts";

/** A role that a service of AWS takes on to do something for whoever handed the role to it. */
export interface TakenRole {
  readonly roleArn: string;
  /** `events.amazonaws.com` */
  readonly principal: string;
  /** The rule, schedule... that it is for: `aws:SourceArn` in the role's trust policy. */
  readonly sourceArn: string;
  readonly sessionName: string;
}

export interface RoleCall {
  /** The name of the service's model: `ecs`. */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** What a client would send as JSON; names may begin with a capital or a small letter. */
  readonly input: unknown;
  /** Stands for the operation's idempotency token when the input has none. */
  readonly token: string;
}

/**
 * Acts as sessions of roles. Both reject with a `DriverError` (`Unauthorized`) when the role is not there or does not
 * trust the principal.
 */
export interface RoleActor {
  /** Runs an operation. Rejects with its `Fault`, `AccessDeniedException` when IAM refuses. */
  run(role: TakenRole, call: RoleCall): Promise<unknown>;
  /** Whether IAM allows an action on a resource: undefined, or AWS's words for the refusal. */
  refusal(
    role: TakenRole,
    question: { readonly action: string; readonly resource: string; readonly conditionKeys?: ConditionKeys },
  ): Promise<string | undefined>;
}
