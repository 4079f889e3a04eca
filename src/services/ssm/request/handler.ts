import type { Operations } from "#generated/ssm/types.ts";
import type { ExecSessions } from "#kernel/exec-sessions.ts";
import type { HandlerOf } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** A handler of one of the service's operations, typed by its model. */
export type SsmHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the service is given by the platform. */
export interface SsmParts {
  /** Opens the material of KMS keys. */
  readonly box: SecretBox;
  /** Of ECS Exec, which are Session Manager's. */
  readonly sessions: Pick<ExecSessions, "end">;
}
