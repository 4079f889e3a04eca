import { parseArn } from "#kernel/arn.ts";
import type { AccessCheck } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { RoleActor, TakenRole } from "#kernel/role-actor.ts";
import type { Store } from "#kernel/store.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { roleCaller } from "#services/sts/index.ts";
import type { ActAs } from "./act-as.ts";
import type { Identity } from "./identity.ts";

export interface RoleActorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly actAs: ActAs;
  readonly trusts: Identity["trusts"];
  readonly check: AccessCheck;
  /** Reads what a client would send as JSON. */
  readonly readInput: (service: string, operation: string, value: unknown, token: string) => object;
}

/** Services of AWS that act with the roles that were handed to them: each call is by a session of the role. */
export function createRoleActor(options: RoleActorOptions): RoleActor {
  return {
    async run(taken, { service, operation, region, input, token }) {
      const caller = await callerOf(taken, options);
      const read = options.readInput(service, operation, input, token);
      const call = { caller, account: caller.account, region, service, operation, input: read };
      return options.actAs({ ...call, invokedBy: taken.principal });
    },
    async refusal(taken, { action, resource, conditionKeys }) {
      const caller = await callerOf(taken, options);
      const region = parseArn(resource)?.region ?? "";
      return options.check({
        caller,
        account: caller.account,
        region,
        action,
        resource,
        ...(conditionKeys && { conditionKeys }),
      });
    },
  };
}

async function callerOf(taken: TakenRole, { store, clock, trusts }: RoleActorOptions): Promise<Caller> {
  const { roleArn, principal, sourceArn, sessionName } = taken;
  const role = roleOfArn(store, roleArn);
  const keys = { "aws:SourceArn": sourceArn, "aws:SourceAccount": parseArn(sourceArn)?.account };
  if (role === undefined || !trusts(role, "sts:AssumeRole", { service: principal }, keys)) {
    throw new DriverError("Unauthorized", `The role '${roleArn}' cannot be assumed by principal '${principal}'.`);
  }
  const session = roleCaller(role, sessionName, { issuedAt: clock.now(), policies: [], tags: {} });
  return { ...session, accessKeyId: "" };
}
