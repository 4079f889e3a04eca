import type { CredentialsProvider, TaskCredentials } from "#host/agent/ports.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { type TaskRecord, tasks } from "#services/ecs/model.ts";
import { type RoleRecord, roleOfArn } from "#services/iam/model.ts";
import { issueSession, roleCaller } from "#services/sts/index.ts";
import type { Identity } from "./identity.ts";

const sessionHours = 6;
/** SDKs ask again some minutes before the end: by then there are new ones. */
const renewMinutes = 20;

export interface TaskCredentialsOptions {
  readonly store: Store;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly trusts: Identity["trusts"];
}

/**
 * The credentials of tasks' roles, as `ecs-tasks.amazonaws.com` would get them: a session of the role for each task,
 * named after the task, made when it is first asked for and again before it ends.
 */
export function createTaskCredentials(options: TaskCredentialsOptions): CredentialsProvider {
  const { store, clock } = options;
  const kept = new Map<string, { readonly until: number; readonly credentials: TaskCredentials }>();
  return {
    async get(credentialsId) {
      const task = store.view(tasks).by("credentials", credentialsId)[0]?.value;
      if (task === undefined) {
        kept.delete(credentialsId);
        return undefined;
      }
      const known = kept.get(credentialsId);
      if (known !== undefined && clock.now() < known.until) return known.credentials;
      const credentials = await issue(task, options);
      if (credentials === undefined) return undefined;
      for (const [id, { until }] of kept) if (clock.now() >= until) kept.delete(id);
      kept.set(credentialsId, { until: Date.parse(credentials.Expiration) - renewMinutes * 60_000, credentials });
      return credentials;
    },
  };
}

async function issue(task: TaskRecord, options: TaskCredentialsOptions): Promise<TaskCredentials | undefined> {
  const { store, clock, log } = options;
  const role = roleOfArn(store, task.taskRoleArn);
  if (role === undefined || !trustsTask(options, role, task)) {
    log.warn("A task's role cannot be taken on", { task: task.taskArn, role: task.taskRoleArn });
    return undefined;
  }
  const now = clock.now();
  const caller = roleCaller(role, task.id, { issuedAt: now, policies: [], tags: {} });
  const made = issueSession(options, caller, now + sessionHours * 3_600_000);
  return {
    RoleArn: role.arn,
    AccessKeyId: made.AccessKeyId,
    SecretAccessKey: made.SecretAccessKey,
    Token: made.SessionToken,
    Expiration: `${new Date(made.Expiration).toISOString().slice(0, 19)}Z`,
  };
}

/** The conditions that keep one account's cluster from using another's role ("Task IAM role", confused deputy). */
export function trustsTask(
  options: Pick<TaskCredentialsOptions, "trusts">,
  role: RoleRecord,
  task: TaskRecord,
): boolean {
  const keys = { "aws:SourceAccount": task.account, "aws:SourceArn": task.taskArn };
  return options.trusts(role, "sts:AssumeRole", { service: "ecs-tasks.amazonaws.com" }, keys);
}
