import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { AccessRecord, LoadBalancerNode, TargetHealthReport } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { originOf, parseAccess } from "./access-log.ts";
import { AuthenticationServer } from "./authentication/server.ts";
import { connectAttemptMs } from "./config/backend.ts";
import type { ConfigOptions } from "./config/frontend.ts";
import { parseHold } from "./config/hold.ts";
import { ownAnswers, ownAnswersVariable } from "./config/own-answers.ts";
import { EventFeed } from "./events.ts";
import { isFailing, untilUnhealthyMs } from "./health.ts";
import { directoryOf, type NodeDirectory } from "./names.ts";
import { outlierChanges, type Suspects } from "./outliers.ts";
import { ManagedProxy, type ProxyPlace } from "./proxy.ts";
import { configOf } from "./proxy-config.ts";
import type { RuntimeApi, StatRow } from "./runtime-api.ts";
import {
  eachTarget,
  endUnhealthyCommands,
  type KnownTarget,
  keepsConnections,
  missedChecks,
  readyCommands,
  type Servers,
  serversIn,
  targetChanges,
  untilDrainedMs,
} from "./targets.ts";
import { type Counted, type Traffic, TrafficCounter } from "./traffic.ts";

export interface NodeProxyDeps {
  readonly place: ProxyPlace;
  readonly options: ConfigOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** To identity providers. */
  readonly send: SendHttp;
  /** Every target, whenever something has changed. */
  readonly onHealth: (targets: readonly TargetHealthReport[]) => void;
  readonly onAccess: (records: readonly AccessRecord[]) => void;
  /** Requests wait for a target of this group. */
  readonly onHeld: (targetGroupArn: string) => void;
  /** HAProxy has started anew by itself, and may lack what it was told: `apply` has to be called. */
  readonly onRestart: () => void;
}

/** How long a target that leaves may take to let go, before it is looked at again. */
const deleteAgainMs = 250;
const deleteTries = 8;
/** The same for one whose connections are waited for. */
const keptAgainMs = 5000;
/**
 * Requests that wait for a target to accept them go to another one when it does not. One that has gone with its network
 * does not refuse: so long they may wait, and are not ended with those that the target has had its time for.
 */
const connectingTries = Math.ceil(connectAttemptMs / deleteAgainMs) + 1;
/** A look at a thousand targets takes tens of milliseconds; the next one waits as long. */
const longestPauseMs = 1000;
/** When a check that is under way is looked for again. */
const undecidedAgainMs = 100;
/** How soon it is noted what was read, and of how many processes. */
const noteMs = 1000;
const mostProcesses = 20;

/** How soon the configuration on disk has new targets, for a start without the platform. */
const rewriteMs = 250;

/** The HAProxy of one load balancer node, kept as the control plane wants the node. */
export class NodeProxy {
  readonly #deps: NodeProxyDeps;
  readonly #proxy: ManagedProxy;
  readonly #runtime: RuntimeApi;
  #node: LoadBalancerNode | undefined;
  #directory: NodeDirectory = { listeners: new Map(), targetGroups: new Map() };
  readonly #events: EventFeed;
  #authentication: AuthenticationServer | undefined;
  readonly #traffic = new TrafficCounter();
  /** Process -> when the latest line that was read of it was written: a ring is read again after a restart. */
  #read: Record<string, number> | undefined;
  /** The same when the ring was last begun to be read. */
  #readBefore: Readonly<Record<string, number>> = {};
  #notes: Timer | undefined;
  /** Commands and looks, one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #looking = false;
  #pauseMs = 0;
  #rewriting: Timer | undefined;
  #reported = "";
  /** Of the targets of now: the state of each, and since when it has been so. */
  #since: ReadonlyMap<string, { readonly state: string; readonly since: number }> = new Map();
  /** New targets that fail their checks -> when they are unhealthy. */
  readonly #failing = new Map<string, Timer>();
  /** Targets that connections fail with. */
  #suspects: Suspects = new Map();
  /** When an unhealthy target will have kept its connections long enough, or one is ejected no longer, or unchecked. */
  #lookAgain: Timer | undefined;
  readonly #timers = new Set<Timer>();
  #closed = false;

  constructor(deps: NodeProxyDeps) {
    this.#deps = deps;
    this.#proxy = new ManagedProxy(deps.place, deps.clock);
    this.#runtime = this.#proxy.runtime;
    this.#events = new EventFeed({
      runtime: this.#runtime,
      clock: deps.clock,
      onOpen: () => {
        this.#readBefore = { ...this.#read };
      },
      onLines: (lines) => this.#take(lines),
      onRestart: () => deps.onRestart(),
    });
  }

  /** Makes it so. Rejects with a `DriverError`; to be called again then, as after `onRestart`. */
  apply(node: LoadBalancerNode): Promise<void> {
    return this.#inTurn(async () => {
      this.#node = node;
      this.#directory = directoryOf(node);
      this.#read ??= JSON.parse((await this.#proxy.readNote()) ?? "{}") as Record<string, number>;
      await this.#authenticate(node);
      const config = configOf(node, await this.#knownTargets(), this.#deps.options);
      const isNew = await this.#proxy.configure(config, async () => this.#traffic.take(await this.#counted()));
      if (isNew) this.#traffic.restarted();
      else if (!this.#traffic.hasBegun) this.#traffic.take(await this.#counted());
      if (isNew || !this.#events.isListening) await this.#events.listen();
      await this.#changeTargets(node, isNew);
      await this.#look();
    });
  }

  /** What it has done since the last call; undefined where there is nothing to count. */
  async takeTraffic(): Promise<Traffic | undefined> {
    return await this.#inTurn(async () => {
      if (this.#closed || !this.#traffic.hasBegun) return undefined;
      const authentication = this.#authentication?.takeTraffic();
      return {
        ...this.#traffic.flush(await this.#counted(), this.#directory),
        ...(authentication && { authentication }),
      };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of [...this.#failing.values(), ...this.#timers]) timer.cancel();
    this.#lookAgain?.cancel();
    this.#events.close();
    await this.#queue.catch(() => {}); // whoever asked has been told
    if (this.#notes !== undefined) {
      this.#notes.cancel();
      await this.#writeNote();
    }
    await this.#authentication?.close();
    await this.#proxy.close();
  }

  /** Answers for users who are not logged in. It is there before HAProxy asks. */
  async #authenticate(node: LoadBalancerNode): Promise<void> {
    this.#authentication?.use(node);
    if (node.authentication === undefined || this.#authentication !== undefined) return;
    const server = new AuthenticationServer(node, this.#deps);
    await server.listen(await this.#proxy.socket("authentication"), this.#deps.place.user);
    this.#authentication = server;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.catch(() => {}).then(work);
    this.#queue = done;
    return done;
  }

  #take(lines: readonly string[]): void {
    const fresh = lines.filter((line) => this.#isFresh(line));
    const records = fresh.flatMap((line) => parseAccess(line, this.#node!.nodeId, this.#node!, this.#directory) ?? []);
    this.#traffic.takeLines(fresh);
    if (records.length > 0) this.#deps.onAccess(records);
    for (const arn of this.#groupsHeld(lines)) this.#deps.onHeld(arn);
    // Events only say where to look; what is seen there counts.
    if (lines.some((line) => line.startsWith("Health check ") || line.startsWith("Server "))) this.#lookSoon();
  }

  /** The target groups for which requests wait. What a ring tells late is of requests that wait no more. */
  #groupsHeld(lines: readonly string[]): Set<string> {
    const now = this.#deps.clock.now() / 1000;
    const held = lines.flatMap((line) => {
      const hold = parseHold(line);
      const group = hold && this.#directory.targetGroups.get(hold.backend);
      return group && now - hold.seconds <= (group.holdSeconds ?? 0) ? [group.targetGroupArn] : [];
    });
    return new Set(held);
  }

  /** Whether a line has not been read before. */
  #isFresh(line: string): boolean {
    const origin = originOf(line);
    if (origin === undefined) return true;
    const { process, writtenAt } = origin;
    if (writtenAt <= (this.#readBefore[process] ?? 0)) return false;
    this.#read![process] = Math.max(this.#read![process] ?? 0, writtenAt);
    this.#notes ??= this.#deps.clock.after(noteMs, () => {
      void this.#writeNote().catch((error) => {
        this.#deps.log.warn("It could not be noted which access log lines were read", { error: String(error) });
      });
    });
    return true;
  }

  async #writeNote(): Promise<void> {
    this.#notes = undefined;
    const latest = Object.entries(this.#read!).sort(([, a], [, b]) => b - a);
    this.#read = Object.fromEntries(latest.slice(0, mostProcesses));
    await this.#proxy.writeNote(JSON.stringify(this.#read));
  }

  /** While many targets change, looks take turns with what else there is to do. */
  #lookSoon(): void {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    this.#later(this.#pauseMs, () => {
      const work = this.#inTurn(async () => {
        this.#looking = false;
        const began = performance.now();
        await this.#look();
        this.#pauseMs = Math.min(longestPauseMs, performance.now() - began);
      });
      work.catch((error) => {
        this.#deps.log.warn("The health of targets could not be read", { error: String(error) });
        this.#pauseMs = longestPauseMs;
        this.#lookSoon();
      });
    });
  }

  /** What HAProxy has now, by the names of servers. */
  async #servers(): Promise<Servers> {
    return serversIn(await this.#serverRows());
  }

  #serverRows(): Promise<StatRow[]> {
    return this.#runtime.readStat("servers");
  }

  async #counted(): Promise<Counted> {
    const numbers = await this.#runtime.readNumbers(ownAnswers.map(ownAnswersVariable));
    return { rows: await this.#runtime.readStat("all"), numbers };
  }

  async #knownTargets(): Promise<Servers> {
    return await this.#servers().catch(() => new Map());
  }

  async #changeTargets(node: LoadBalancerNode, isNew: boolean): Promise<void> {
    const { commands } = targetChanges(node, await this.#servers());
    const answer = await this.#runtime.sayAll(commands);
    const after = await this.#servers();
    const rest = targetChanges(node, after);
    if (rest.commands.length > 0) throw new Error(`HAProxy did not take its targets: ${answer.slice(0, 500)}`);
    if (rest.leaving.length > 0) this.#deleteSoon(rest.leaving, 0);
    if (commands.length > 0 || isNew) this.#rewriteSoon();
  }

  /** So that a start without the platform begins with what is there now. */
  #rewriteSoon(): void {
    this.#rewriting ??= this.#later(rewriteMs, () => {
      this.#rewriting = undefined;
      const work = this.#inTurn(async () => {
        const config = configOf(this.#node!, await this.#servers(), this.#deps.options);
        await this.#proxy.rewrite(config);
      });
      work.catch((error) => this.#deps.log.warn("A configuration could not be written", { error: String(error) }));
    });
  }

  /**
   * A server can go once its last connection has. What stays until then gets nothing new. What a network load balancer
   * has connected it cannot give to another target: that ends at once, or is waited for.
   */
  #deleteSoon(names: readonly string[], tries: number, afterMs = tries === 0 ? 0 : deleteAgainMs): void {
    this.#later(afterMs, () => {
      const work = this.#inTurn(async () => {
        const rows = await this.#serverRows();
        const servers = serversIn(rows);
        const { leaving } = targetChanges(this.#node!, servers);
        const here = names.filter((name) => leaving.includes(name));
        if (here.length === 0) return;
        this.#traffic.takeRows(rows);
        const mayConnect = this.#node!.type === "application" ? connectingTries : 0;
        const kept = here.filter((name) => keepsConnections(this.#node!, name));
        const ending = here.filter((name) => !kept.includes(name));
        const commands = [
          ...ending.flatMap((name) => [
            ...(tries < mayConnect ? [] : [`shutdown sessions server ${name}`]),
            `del server ${name}`,
          ]),
          ...kept
            .filter((name) => servers.get(name)!.sessions === 0)
            .flatMap((name) => [`set server ${name} state maint`, `del server ${name}`]),
        ];
        await this.#runtime.sayAll(commands);
        const left = await this.#servers();
        const still = ending.filter((name) => left.has(name));
        if (still.length > 0 && tries < mayConnect + deleteTries) this.#deleteSoon(still, tries + 1);
        const waiting = kept.filter((name) => left.has(name));
        if (waiting.length > 0) this.#deleteSoon(waiting, 0, keptAgainMs);
      });
      work.catch((error) => {
        // A proxy that has ended with its task has no targets any more.
        const level = error instanceof DriverError && error.retryable ? "debug" : "warn";
        this.#deps.log[level]("A target could not be taken out", { error: String(error) });
      });
    });
  }

  async #look(): Promise<void> {
    const node = this.#node;
    if (node === undefined || this.#closed) return;
    let servers = await this.#servers();
    const ready = readyCommands(node, servers);
    if (ready.length > 0) {
      await this.#runtime.sayAll(ready);
      servers = await this.#servers();
      this.#rewriteSoon();
    }
    const targets = eachTarget(node, servers);
    this.#watchFailing(targets);
    this.#report(targets);
    const outliers = outlierChanges(targets, this.#suspects, this.#deps.clock.now());
    const missed = missedChecks(targets);
    await this.#runtime.sayAll([...endUnhealthyCommands(node, targets), ...outliers.commands, ...missed.commands]);
    this.#suspects = outliers.suspects;
    this.#lookAgain?.cancel();
    const waitMs = Math.min(untilDrainedMs(node, targets), outliers.nextInMs, missed.nextInMs);
    if (this.#closed || !Number.isFinite(waitMs)) return;
    this.#lookAgain = this.#deps.clock.after(waitMs, () => this.#lookSoon());
  }

  #report(targets: readonly KnownTarget[]): void {
    const now = this.#deps.clock.now();
    const current = new Map<string, { readonly state: string; readonly since: number }>();
    const reports = targets.map(({ group, target, names, health }): TargetHealthReport => {
      const known = this.#since.get(names.checked);
      const since = known?.state === health.state ? known.since : now;
      current.set(names.checked, { state: health.state, since });
      return { targetGroupArn: group.targetGroupArn, targetKey: target.targetKey, ...health, since };
    });
    this.#since = current;
    const text = JSON.stringify(reports);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#deps.onHealth(reports);
  }

  /** HAProxy counts failures of those only that it has used before: of new ones the time tells. */
  #watchFailing(targets: readonly KnownTarget[]): void {
    const failing = new Map(targets.filter(({ pair }) => isFailing(pair)).map((each) => [each.names.open, each]));
    for (const [name, timer] of this.#failing) {
      if (failing.has(name)) continue;
      timer.cancel();
      this.#failing.delete(name);
    }
    for (const [name, { group, names, pair }] of failing) {
      if (!this.#failing.has(name)) this.#giveUp(names, untilUnhealthyMs(group.healthCheck, pair.checked.checkMs));
    }
  }

  #giveUp(names: KnownTarget["names"], afterMs: number): void {
    const timer = this.#deps.clock.after(afterMs, () => {
      const work = this.#inTurn(async () => {
        if (this.#closed || this.#failing.get(names.open) !== timer) return;
        const isUndecided = (await this.#servers()).get(names.checked)?.isBeingChecked;
        if (isUndecided) return this.#giveUp(names, undecidedAgainMs);
        this.#failing.delete(names.open);
        await this.#runtime.say(`enable server ${names.open}`);
        await this.#look();
      });
      work.catch((error) => {
        this.#failing.delete(names.open);
        this.#deps.log.warn("The health of a target could not be set", { error: String(error) });
      });
    });
    this.#failing.set(names.open, timer);
  }

  #later(ms: number, work: () => void): Timer | undefined {
    if (this.#closed) return undefined;
    const timer = this.#deps.clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#closed) work();
    });
    this.#timers.add(timer);
    return timer;
  }
}
