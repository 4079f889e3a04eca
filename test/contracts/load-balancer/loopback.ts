import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkArguments, proxyArguments, proxyEnvironment } from "#host/proxy/command.ts";
import { NodeProxy } from "#host/proxy/node-proxy.ts";
import { findHaproxy, isAtLeast, tellVersion, versionIn } from "#host/proxy/program.ts";
import type { Traffic } from "#host/proxy/traffic.ts";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { AccessRecord, LoadBalancerNode, TargetHealthReport } from "#kernel/load-balancing.ts";
import { systemRandom } from "#kernel/random.ts";
import { sendHttp } from "#platform/http-sender.ts";
import { TestProcess } from "../../support/test-process.ts";
import { within } from "../../support/within.ts";
import type { Lack } from "../load-balancer.ts";

const program = findHaproxy();
export const noProxy = program === undefined ? "HAProxy is not installed (package haproxy)" : undefined;

/** A node's HAProxy on loopback, without container and network of its own. */
export interface Loopback {
  readonly folder: string;
  apply(node: LoadBalancerNode): Promise<void>;
  takeTraffic(): Promise<Traffic | undefined>;
  /** What was reported last. */
  health(): readonly TargetHealthReport[];
  /** Resolves when what was reported last, or later, is like this. */
  untilHealth(isMet: (targets: readonly TargetHealthReport[]) => boolean): Promise<void>;
  /** The target groups whose requests were told to wait, with each telling. */
  readonly held: readonly string[];
  untilHeld(isMet: (targetGroupArns: readonly string[]) => boolean): Promise<void>;
  readonly access: readonly AccessRecord[];
  untilAccess(isMet: (records: readonly AccessRecord[]) => boolean): Promise<void>;
  readonly lacks: ReadonlySet<Lack>;
  /** The process ids of the master and its workers now. */
  readonly master: () => TestProcess | undefined;
  /** The platform goes and comes back; HAProxy does not notice. */
  restartPlatform(meanwhile?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** By the versions that are tested. */
function lacksOf(version: string): ReadonlySet<Lack> {
  const isSince = (major: number, minor: number) => isAtLeast(version, { major, minor });
  const lacks: readonly Lack[] = [
    ...(isSince(3, 0) ? (["cut-off"] as const) : []),
    ...(isSince(2, 8) ? (["lengths", "departure"] as const) : []),
  ];
  return new Set(lacks);
}

export async function startLoopback(): Promise<Loopback> {
  const folder = await mkdtemp(join(tmpdir(), "estiva-proxy-"));
  const lacks = lacksOf(versionIn(await tellVersion(program!))!);
  let child: TestProcess | undefined;
  let health: readonly TargetHealthReport[] = [];
  const access: AccessRecord[] = [];
  const held: string[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  const until = (what: string, isMet: () => boolean, seen: () => unknown) => {
    const met = new Promise<void>((resolve) => {
      const look = () => {
        if (!isMet()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
    return within(what, met, seen);
  };
  const open = () =>
    new NodeProxy({
      place: {
        folder,
        isRunning: async () => child !== undefined && !child.hasEnded,
        async start() {
          const env = { ...process.env, ...proxyEnvironment };
          child = new TestProcess(program!, proxyArguments(folder), { env, stdio: "ignore" });
        },
        async check(name) {
          const { stderr } = await promisify(execFile)(program!, checkArguments(folder, name)).catch((error) => {
            throw new DriverError("InvalidSpec", error.stderr);
          });
          // What this version of HAProxy warns of, such as words that a later one will not know.
          assert.doesNotMatch(stderr, /WARNING/);
        },
      },
      options: { folder, bindAddress: "127.0.0.1", threads: 2, maxConnections: 2000 },
      ...{ clock: systemClock(), random: systemRandom(), send: sendHttp },
      log: { debug() {}, info() {}, warn: console.warn, error: console.error },
      onHealth(targets) {
        health = targets;
        changed();
      },
      onAccess(records) {
        access.push(...records);
        changed();
      },
      onHeld(targetGroupArn) {
        held.push(targetGroupArn);
        changed();
      },
      onRestart() {},
    });
  let proxy = open();
  return {
    folder,
    apply: (node) => proxy.apply(node),
    takeTraffic: () => proxy.takeTraffic(),
    health: () => health,
    untilHealth: (isMet) =>
      until(
        `health: ${isMet}`,
        () => isMet(health),
        () => health,
      ),
    held,
    untilHeld: (isMet) =>
      until(
        `held requests: ${isMet}`,
        () => isMet(held),
        () => held,
      ),
    access,
    lacks,
    untilAccess: (isMet) =>
      until(
        `access records: ${isMet}`,
        () => isMet(access),
        () => access.slice(-10),
      ),
    master: () => child,
    async restartPlatform(meanwhile) {
      await proxy.close();
      await meanwhile?.();
      proxy = open();
    },
    async close() {
      await proxy.close();
      await child?.end("SIGTERM");
      await rm(folder, { recursive: true });
    },
  };
}
