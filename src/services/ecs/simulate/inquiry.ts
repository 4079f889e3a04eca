import type { RequestContext } from "#kernel/handler.ts";
import { seededRandom } from "#kernel/random.ts";
import type { Commit, Key, Read, Store } from "#kernel/store.ts";
import { definitionOf } from "../controllers/service/placing.ts";
import { contextOf, type Inquiry, type InquiryOptions } from "../explain/inquiries.ts";
import { invalid } from "../faults.ts";
import { primaryOf, type ServiceRecord, type ServiceRevisionRecord, serviceRevisions } from "../model/service.ts";
import { clusterPath, taskKey, tasks } from "../model/task.ts";
import { UpdateService } from "../operations/update-service.ts";
import { requireActiveService } from "../services/lookup.ts";
import { groupsOf } from "../services/target-groups.ts";
import { requireCluster } from "../tasks/lookup.ts";
import { begin, breakDown } from "./begin.ts";
import { type Durations, defaultDurations, firstCheckMs, measure } from "./durations.ts";
import { apply, type Fork } from "./fork.ts";
import type { Simulated } from "./journal.ts";
import { readFork, readSubnets } from "./read-fork.ts";
import { play } from "./run.ts";
import type { TaskModel } from "./task-model.ts";
import { parseWhatIf, type WhatIf } from "./what-if.ts";

/** The answer: what would happen, and how long tasks were taken to take. */
export interface SimulationAnswer extends Simulated {
  readonly serviceArn: string;
  readonly durations: Durations;
}

/** So many tasks are looked at, over several plans, before others have their turn in this process. */
const tasksATurn = 5_000;

/** What would happen to a service. Needs `ecs:DescribeServices`, and `ecs:DescribeTaskDefinition` to deploy one. */
export function simulateInquiry(options: InquiryOptions): Inquiry<WhatIf> {
  return {
    service: "ecs",
    parse: parseWhatIf,
    needs: ({ cluster, service, deploy }) => [
      { operation: "DescribeServices", input: { ...(cluster !== undefined && { cluster }), services: [service] } },
      ...(deploy === undefined ? [] : [{ operation: "DescribeTaskDefinition", input: { taskDefinition: deploy } }]),
    ],
    answer: (question, asker) => answer(question, contextOf(asker, options), options),
  };
}

async function answer(question: WhatIf, asked: RequestContext, options: InquiryOptions): Promise<SimulationAnswer> {
  // The same question has the same answer.
  const ctx = { ...asked, random: seededRandom(1) };
  const { clusterName } = (await requireCluster(ctx, question.cluster)).value;
  const service = await requireActiveService(ctx, clusterName, question.service);
  if (primaryOf(service.value) === undefined) {
    throw invalid("The service has the EXTERNAL deployment controller: what happens to it is decided elsewhere.");
  }
  const { fork, store } = await readFork(service, ctx, options);
  const durations = durationsOf(service.value, ctx.store, fork);
  const updated = await update(question, ctx);
  const revisions = [...fork.revisions.values(), ...revisionsIn(updated)];
  await readSubnets(fork, revisions, ctx.store);
  checkFailure(question, revisions, ctx.store);
  const game = play(fork, {
    begin: (forked) => {
      apply(forked, updated);
      return begin(forked, question);
    },
    incident: { afterMs: (question.afterSeconds ?? 0) * 1000, happen: (forked) => breakDown(forked, question) },
    model: {
      durations,
      fails: failing(question, fork),
      ...(question.fail !== undefined && { failure: question.fail }),
    },
    ...{ store, random: ctx.random },
  });
  return { serviceArn: service.value.serviceArn, durations, ...(await playOut(game, fork)) };
}

/** A rollback brings back what has worked. */
function failing({ deploy }: WhatIf, fork: Fork): TaskModel["fails"] {
  const known = new Set(fork.revisions.keys());
  const old = new Set(fork.tasks.keys());
  return (task) => !old.has(taskKey(task)) && (deploy === undefined || !known.has(task.service?.revisionId ?? ""));
}

async function playOut(game: Generator<void, Simulated>, fork: Fork): Promise<Simulated> {
  let looked = 0;
  for (;;) {
    const { done, value } = game.next();
    if (done) return value;
    looked += 1 + fork.tasks.size;
    if (looked < tasksATurn) continue;
    looked = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What UpdateService would write, by the operation itself; nothing when it is not asked about. */
async function update({ cluster, service, scale, deploy }: WhatIf, ctx: RequestContext): Promise<Commit> {
  if (scale === undefined && deploy === undefined) return {};
  const captured: { commit: Commit } = { commit: {} };
  const input = {
    ...{ ...(cluster !== undefined && { cluster }), service },
    ...(scale !== undefined && { desiredCount: scale }),
    ...(deploy !== undefined && { taskDefinition: deploy }),
  };
  await UpdateService(input, { ...ctx, store: capturing(ctx.store, captured) });
  return captured.commit;
}

/** A store that keeps a commit to itself, and shows it to those who read by keys. */
function capturing(store: Store, captured: { commit: Commit }): Store {
  return {
    async get<T>(key: Key<T>): Promise<Read<T>> {
      const put = captured.commit.put?.find((each) => each.key === key);
      return put === undefined ? store.get(key) : { key, value: put.value as T, modRevision: 1, createRevision: 1 };
    },
    list: (prefix, range) => store.list(prefix, range),
    view: (collection) => store.view(collection),
    async commit(commit) {
      captured.commit = commit;
      return 1;
    },
    as: () => capturing(store, captured),
  };
}

function revisionsIn({ put = [] }: Commit): ServiceRevisionRecord[] {
  const own = put.filter(({ key }) => key.startsWith(`${serviceRevisions.name}/`));
  return own.map(({ value }) => value as ServiceRevisionRecord);
}

/** As its latest tasks took; for what they do not tell, as its definition's health check allows for. */
function durationsOf(service: ServiceRecord, store: Store, fork: Fork): Durations {
  const group = `${clusterPath(service)}/service:${service.serviceName}`;
  const recent = store.view(tasks).by("group", group);
  const revision = fork.revisions.get(primaryOf(service)!.revisionId);
  const checks = (revision && definitionOf(store, revision))?.containerDefinitions ?? [];
  const first = Math.max(0, ...checks.flatMap(({ healthCheck }) => (healthCheck ? [firstCheckMs(healthCheck)] : [])));
  const healthyMs = first > 0 ? first : defaultDurations.healthyMs;
  return measure(
    recent.map(({ value }) => value),
    { ...defaultDurations, healthyMs },
  );
}

function checkFailure({ fail }: WhatIf, revisions: readonly ServiceRevisionRecord[], store: Store): void {
  if (fail !== "health") return;
  const definitions = revisions.map((revision) => definitionOf(store, revision));
  const checked = definitions.some((each) =>
    each?.containerDefinitions.some(({ essential, healthCheck }) => essential && healthCheck !== undefined),
  );
  if (checked || revisions.some((revision) => groupsOf(revision).length > 0)) return;
  throw invalid("No essential container and no load balancer of the service has a health check that could fail.");
}
