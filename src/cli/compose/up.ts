import type { Task } from "#generated/ecs/types.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import type { Client } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import type { Machine } from "../commands/machine.ts";
import { Progress } from "../progress.ts";
import { ensureFoundation, type Foundation } from "./apply/foundation.ts";
import { helperImage, imageOf } from "./apply/images.ts";
import {
  type Change,
  ensureService,
  ensureTaskDefinition,
  findService,
  jobGroup,
  listTasksOf,
  runJob,
} from "./apply/services.ts";
import type { Dependency, PlannedService, Project } from "./model.ts";
import { completedTag } from "./plan/names.ts";
import { exitCodeOf, readinessOf, type Watched } from "./plan/readiness.ts";
import { ecsServiceOf } from "./plan/service.ts";
import { taskDefinitionOf } from "./plan/task-definition.ts";

export interface UpParts {
  readonly client: Client;
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly endpoint: string;
  readonly region: string;
}

export interface UpOptions {
  readonly build: boolean;
  readonly forceRecreate: boolean;
  /** Wait until services with a health check are healthy. */
  readonly wait: boolean;
}

const lookAgainMs = 150;

/** Brings a project up. Resolves when all its services run; rejects with a `CommandError` when one does not. */
export async function bringUp(parts: UpParts, project: Project, options: UpOptions): Promise<void> {
  const starter = new Starter(parts, project, options);
  await starter.run();
}

interface Started {
  readonly service: PlannedService;
  watched: Watched;
  /** A job whose tasks have ended well, this time or another. */
  completed: boolean;
}

class Starter {
  readonly #parts: UpParts;
  readonly #project: Project;
  readonly #options: UpOptions;
  readonly #progress: Progress;
  readonly #clock = systemClock({ keepAlive: true });
  readonly #started = new Map<string, Started>();
  readonly #reached = new Set<string>();

  constructor(parts: UpParts, project: Project, options: UpOptions) {
    this.#parts = parts;
    this.#project = project;
    this.#options = options;
    this.#progress = new Progress(parts.terminal);
  }

  async run(): Promise<void> {
    const { client, region } = this.#parts;
    // First whatever can go wrong without anything running.
    const images = await this.#images();
    this.#progress.show("network, names and secrets");
    const foundation = await ensureFoundation(client, this.#project, region);
    for (const service of this.#project.services) {
      for (const { service: name, condition } of service.dependsOn) {
        if (this.#started.has(name)) await this.#reach(name, condition);
      }
      await this.#start(service, images, foundation);
    }
    const condition = this.#options.wait ? "service_healthy" : "service_started";
    for (const { name } of this.#project.services) await this.#reach(name, condition);
    this.#progress.clear();
  }

  /** Service -> its image; the empty name stands for the helper's. */
  async #images(): Promise<ReadonlyMap<string, string>> {
    const images = new Map<string, string>();
    const parts = { ...this.#parts, project: this.#project.name, build: this.#options.build };
    for (const service of this.#project.services) images.set(service.name, await imageOf(parts, service));
    if (this.#project.secrets.length > 0) images.set("", await helperImage(parts));
    return images;
  }

  async #start(service: PlannedService, images: ReadonlyMap<string, string>, foundation: Foundation): Promise<void> {
    const { client, region } = this.#parts;
    const { name: project } = this.#project;
    const { executionRoleArn, taskRoleArn, secrets, registries, subnetId, groups } = foundation;
    const definition = taskDefinitionOf(service, {
      ...{ project, region, executionRoleArn, taskRoleArn, secrets },
      image: images.get(service.name)!,
      helperImage: images.get("") ?? "",
    });
    const sinceSeconds = this.#clock.now() / 1000;
    const { arn, completed } = await ensureTaskDefinition(client, project, definition);
    const wanted = ecsServiceOf(service, {
      ...{ project, taskDefinition: arn, subnets: [subnetId] },
      securityGroups: groups.get(service.name)!,
      registryArn: registries.get(service.name)!,
    });
    const { kind, replicas } = service;
    const hasHealthCheck = service.container.healthCheck !== undefined;
    // A second less: the platform's clock may be another machine's.
    const watched = { kind, replicas, hasHealthCheck, taskDefinitionArn: arn, sinceSeconds: sinceSeconds - 1 };
    const started: Started = {
      service,
      watched,
      completed: kind === "job" && completed && !this.#options.forceRecreate,
    };
    this.#started.set(service.name, started);
    if (kind === "job") return this.#startJob(started, wanted);
    const words: Readonly<Record<Change, string>> = {
      ...{ created: "created", updated: "updated", scaled: `scaled to ${replicas}`, unchanged: "unchanged" },
    };
    this.#tell(service.name, words[await ensureService(client, wanted, this.#options.forceRecreate)]);
  }

  /** A job that has ended well is not run again, one that runs is waited for, until its definition changes. */
  async #startJob(started: Started, wanted: ReturnType<typeof ecsServiceOf>): Promise<void> {
    const { service, watched } = started;
    const { client } = this.#parts;
    // Until the last time it may have been one that is kept running.
    if ((await findService(client, this.#project.name, service.name)) !== undefined) {
      await client.ecs("DeleteService", { cluster: this.#project.name, service: service.name, force: true });
    }
    if (started.completed) return this.#tell(service.name, "has run already");
    const own = (await this.#tasksOf(service)).filter((task) => task.taskDefinitionArn === watched.taskDefinitionArn);
    const running = own.filter(({ lastStatus }) => lastStatus !== "STOPPED");
    const last = own.slice(-service.replicas);
    if (running.length > 0) {
      started.watched = { ...watched, sinceSeconds: Math.min(...running.map(({ createdAt = 0 }) => createdAt)) };
      return this.#tell(service.name, "runs already");
    }
    if (last.length > 0 && last.every((task) => exitCodeOf(task) === 0) && !this.#options.forceRecreate) {
      await this.#complete(started);
      return this.#tell(service.name, "has run already");
    }
    await runJob(client, wanted);
    this.#tell(service.name, "started");
  }

  /** Waits until a service is where another may start, or where `up` may end. */
  async #reach(name: string, condition: Dependency["condition"]): Promise<void> {
    const started = this.#started.get(name)!;
    if (started.completed || this.#reached.has(`${name} ${condition}`)) return;
    for (;;) {
      if (this.#parts.terminal.signal.aborted) throw new CommandError("Interrupted.", exitCodes.interrupted);
      const readiness = readinessOf(started.watched, condition, await this.#tasksOf(started.service));
      if (readiness.state === "ready") break;
      if (readiness.state === "failed") {
        this.#progress.clear();
        const hint = `See: estiva compose -p ${this.#project.name} logs ${name}`;
        throw new CommandError(`${name} ${readiness.text}.\n${hint}`);
      }
      this.#progress.show(`${name}  ${readiness.text}`);
      await sleep(this.#clock, lookAgainMs);
    }
    this.#reached.add(`${name} ${condition}`);
    if (condition === "service_completed_successfully") await this.#complete(started);
    const { hasHealthCheck } = started.watched;
    if (condition === "service_completed_successfully") this.#tell(name, "completed");
    else this.#tell(name, condition === "service_healthy" && hasHealthCheck ? "healthy" : "running");
  }

  /** Remembers it, so that the next `up` does not run it again: tasks are forgotten after an hour. */
  async #complete(started: Started): Promise<void> {
    started.completed = true;
    const tags = [{ key: completedTag, value: new Date(this.#clock.now()).toISOString() }];
    await this.#parts.client.ecs("TagResource", { resourceArn: started.watched.taskDefinitionArn, tags });
  }

  async #tasksOf({ name, kind }: PlannedService): Promise<Task[]> {
    const { client } = this.#parts;
    if (kind === "service")
      return listTasksOf(client, this.#project.name, { serviceName: name }, ["RUNNING", "STOPPED"]);
    const tasks = await listTasksOf(client, this.#project.name, {}, ["RUNNING", "STOPPED"]);
    return tasks.filter(({ group }) => group === jobGroup(name));
  }

  #tell(name: string, text: string): void {
    this.#progress.clear();
    const width = Math.max(...this.#project.services.map((service) => service.name.length));
    this.#parts.terminal.err(`${name.padEnd(width)}  ${text}\n`);
  }
}
