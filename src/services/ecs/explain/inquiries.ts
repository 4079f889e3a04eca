import { partitionOf } from "#kernel/arn.ts";
import type { Clock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { Caller, RequestContext } from "#kernel/handler.ts";
import type { Random } from "#kernel/random.ts";
import type { Store } from "#kernel/store.ts";
import { connectHolds } from "../connect/endpoints.ts";
import { readSchedulerView } from "../controllers/scheduler/controller.ts";
import { planPlacement } from "../controllers/scheduler/plan.ts";
import { type ServiceControllerOptions, surroundingsOf } from "../controllers/service/controller.ts";
import { readServiceState } from "../controllers/service/state.ts";
import { invalid } from "../faults.ts";
import { type TaskRecord, taskKey } from "../model/task.ts";
import { requireService } from "../services/lookup.ts";
import { registrationKeys } from "../services/registration.ts";
import { targetHolds } from "../services/target-groups.ts";
import { requireCluster, taskKeyIn } from "../tasks/lookup.ts";
import { fieldsOf, textOf } from "./question.ts";
import { explainService, type ServiceExplanation } from "./service.ts";
import { explainTask, type TaskExplanation, type TaskProgress } from "./task.ts";

export interface InquiryOptions extends ServiceControllerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** What the agent of a task's host does for it now; undefined: it does not have the task. */
  readonly progressOf: (taskArn: string) => TaskProgress | undefined;
}

/** Who asks, for which world. */
export interface Asker {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
}

/** A question beside the operations of the API; `SignedRoute` of the gateway. */
export interface Inquiry<Question> {
  readonly service: "ecs";
  parse(body: unknown): Question;
  needs(question: Question): readonly { readonly operation: string; readonly input: Record<string, unknown> }[];
  answer(question: Question, asker: Asker): Promise<object>;
  /** Under which name the audit trail has it, when it changes something. */
  readonly recordedAs?: string;
}

export interface ServiceQuestion {
  readonly cluster?: string;
  readonly service: string;
}

/** `{"cluster": "web", "service": "app"}`: what the scheduler makes of a service. Needs `ecs:DescribeServices`. */
export function explainServiceInquiry(options: InquiryOptions): Inquiry<ServiceQuestion> {
  return {
    service: "ecs",
    parse(body) {
      const { cluster, service } = fieldsOf(body, ["cluster", "service"]);
      return { ...clusterIn(cluster), service: textOf(service, "service") };
    },
    needs: ({ cluster, service }) => [
      { operation: "DescribeServices", input: { ...(cluster !== undefined && { cluster }), services: [service] } },
    ],
    answer: (question, asker) => answerService(question, contextOf(asker, options), options),
  };
}

async function answerService(
  { cluster, service: identifier }: ServiceQuestion,
  ctx: RequestContext,
  options: InquiryOptions,
): Promise<ServiceExplanation> {
  const { clusterName } = (await requireCluster(ctx, cluster)).value;
  const service = await requireService(ctx, clusterName, identifier);
  const { view } = await readServiceState(ctx.store, service, surroundingsOf(service.value, ctx, options));
  return explainService(
    view,
    await placementWaits(
      view.tasks.map(({ value }) => value),
      ctx.store,
    ),
  );
}

export interface TaskQuestion {
  readonly cluster?: string;
  readonly task: string;
}

/** `{"cluster": "web", "task": "0123..."}`: what became of a task, and why. Needs `ecs:DescribeTasks`. */
export function explainTaskInquiry(options: InquiryOptions): Inquiry<TaskQuestion> {
  return {
    service: "ecs",
    parse(body) {
      const { cluster, task } = fieldsOf(body, ["cluster", "task"]);
      return { ...clusterIn(cluster), task: textOf(task, "task") };
    },
    needs: ({ cluster, task }) => [
      { operation: "DescribeTasks", input: { ...(cluster !== undefined && { cluster }), tasks: [task] } },
    ],
    answer: (question, asker) => answerTask(question, contextOf(asker, options), options),
  };
}

async function answerTask(
  question: TaskQuestion,
  ctx: RequestContext,
  { progressOf }: InquiryOptions,
): Promise<TaskExplanation> {
  const { clusterName } = (await requireCluster(ctx, question.cluster)).value;
  const { value: task } = await ctx.store.get(taskKeyIn(ctx, clusterName, question.task));
  if (task === undefined) throw invalid("The referenced task was not found.");
  const placementWait = (await placementWaits([task], ctx.store))(task);
  const registered = await Promise.all(registrationKeys(ctx.store, task).map((key) => ctx.store.get(key)));
  const progress = progressOf(task.taskArn);
  return explainTask({
    ...{ task, now: ctx.clock.now() },
    ...(placementWait !== undefined && { placementWait }),
    isRegistered: registered.some(({ value }) => value?.owner !== undefined),
    ...targetHolds(ctx.store, taskKey(task)),
    ...connectHolds(ctx.store, task),
    ...(progress !== undefined && { progress }),
  });
}

/** What the placement of each of these tasks waits for, by the scheduler's own plan. */
async function placementWaits(tasks: readonly TaskRecord[], store: Store) {
  const waits = new Map<string, string>();
  for (const task of tasks) {
    if (task.lastStatus !== "PROVISIONING") continue;
    const placement = planPlacement(task, await readSchedulerView(task, store));
    if (placement.type === "wait") waits.set(task.id, placement.waitingFor);
  }
  return ({ id }: TaskRecord) => waits.get(id);
}

export function clusterIn(cluster: unknown): { readonly cluster?: string } {
  return cluster === undefined ? {} : { cluster: textOf(cluster, "cluster") };
}

/** So much of a request's context as reading takes. */
export function contextOf(
  { caller, account, region }: Asker,
  { store, clock, random, canAssume }: Pick<InquiryOptions, "store" | "clock" | "random" | "canAssume">,
): RequestContext {
  return {
    ...{ store: readOnly(store), clock, random, caller, account, region },
    log: silentLog,
    requestId: "",
    partition: partitionOf(region),
    signal: () => new AbortController().signal,
    endpoint: "",
    canAssume: (...asked) => canAssume(account, ...asked),
    fault: (code, message, members) => new Fault(code, message, members === undefined ? {} : { members }),
  };
}

/** Questions change nothing, whatever they call. */
function readOnly(store: Store): Store {
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    view: (collection) => store.view(collection),
    commit: () => Promise.reject(new Error("A question changes nothing.")),
    as: () => readOnly(store),
  };
}
