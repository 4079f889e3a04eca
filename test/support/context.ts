import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { partitionOf } from "#kernel/arn.ts";
import type { Controller, ControllerContext, Reconciled } from "#kernel/controller.ts";
import { silentLog } from "#kernel/controller.ts";
import { ConflictError, Fault } from "#kernel/fault.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { type Random, seededRandom, uuid } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createStore, memoryEngine, type StoreHost, type StoreOptions } from "#store/index.ts";

/** Faults that every operation of AWS may answer, though no model lists them ("Common Errors"). */
const commonFaults = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "InvalidAction",
  "InvalidParameterCombination",
  "InvalidParameterValue",
  "MissingParameter",
  "NotImplemented",
  "ValidationError",
  "ValidationException",
]);
/** How often the gateway runs a handler again whose reads had changed before its commit. */
const attempts = 10;

// biome-ignore lint/suspicious/noExplicitAny: each handler is typed by its operation; `call` infers both sides from it.
type Operations = Readonly<Record<string, Handler<any, any> | undefined>>;
type InputOf<H> = H extends Handler<infer I, unknown> ? I : never;
type OutputOf<H> = H extends Handler<never, infer O> ? O : never;

export interface TestWorldOptions {
  readonly collections: StoreOptions["collections"];
  /** Folders under `src/generated`: faults are then checked against the errors of these services' models. */
  readonly model?: string | readonly string[];
  readonly seed?: number;
  /** What follows from changes, as the composition root has it. */
  readonly derivations?: (parts: {
    readonly clock: VirtualClock;
    readonly random: Random;
  }) => StoreOptions["derivations"];
}

/** The platform in miniature: the real store in memory, virtual time and repeatable randomness. */
export interface TestWorld {
  readonly store: StoreHost;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** What the gateway would give to a handler: by default the root user of account 000000000000 in us-east-1. */
  context(overrides?: Partial<RequestContext>): RequestContext;
  /** Runs an operation as the gateway does, again after a conflict. */
  call<O extends Operations, N extends keyof O & string>(
    operations: O,
    name: N,
    input: InputOf<NonNullable<O[N]>>,
    overrides?: Partial<RequestContext>,
  ): Promise<OutputOf<NonNullable<O[N]>>>;
  /** Runs a controller once for a key, under its own name. */
  reconcile(controller: Controller, key: string): Promise<Reconciled>;
}

export async function testWorld(options: TestWorldOptions): Promise<TestWorld> {
  const clock = new VirtualClock();
  const random = seededRandom(options.seed ?? 1);
  const { collections, derivations } = options;
  const follows = derivations?.({ clock, random }) ?? [];
  const store = await createStore({ engine: memoryEngine({ clock }), collections, clock, derivations: follows });
  const models = [options.model ?? []].flat();
  const context = (overrides: Partial<RequestContext> = {}) => testContext(store, clock, random, overrides);
  return {
    store,
    clock,
    random,
    context,
    async call(operations, name, input, overrides) {
      const handler = operations[name];
      assert.ok(handler, `no operation ${name}`);
      return withRetries(() => handler(input, context(overrides))).catch((error: unknown) => {
        const listed = errorsOfAll(models)[name];
        if (error instanceof Fault && listed !== undefined && !commonFaults.has(error.code)) {
          assert.ok(listed.includes(error.code), `${name} may not answer ${error.code}: ${error.message}`);
        }
        throw error;
      });
    },
    reconcile(controller, key) {
      const ctx: ControllerContext = { store: store.as(controller.name), clock, random, log: silentLog };
      return controller.reconcile(key, ctx);
    },
  };
}

function testContext(
  store: StoreHost,
  clock: VirtualClock,
  random: Random,
  overrides: Partial<RequestContext>,
): RequestContext {
  const account = overrides.account ?? "000000000000";
  const region = overrides.region ?? "us-east-1";
  const partition = partitionOf(region);
  return {
    store: store.as("api"),
    clock,
    random,
    log: silentLog,
    requestId: uuid(random),
    account,
    region,
    partition,
    caller: {
      arn: `arn:${partition}:iam::${account}:root`,
      userId: account,
      account,
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      type: "Root",
    },
    canAssume: () => true,
    signal: () => new AbortController().signal,
    endpoint: "http://127.0.0.1:4566",
    fault: (code, message, members) => new Fault(code, message, members === undefined ? {} : { members }),
    ...overrides,
  };
}

async function withRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === attempts) throw error;
    }
  }
}

/** Operations of the same name may answer what any of them may. */
function errorsOfAll(models: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const lists = models.flatMap((model) => Object.entries(errorsOf(model)));
  const byName = Object.groupBy(lists, ([name]) => name);
  return Object.fromEntries(
    Object.entries(byName).map(([name, all = []]) => [name, all.flatMap(([, errors]) => errors)]),
  );
}

const errorsOfModels = new Map<string, Readonly<Record<string, readonly string[]>>>();

/** Operation -> the errors that its model lists, by the names of their shapes and by their codes. */
function errorsOf(model: string): Readonly<Record<string, readonly string[]>> {
  const known = errorsOfModels.get(model) ?? readErrors(model);
  // Most tests have a world of their own, and a table may have a megabyte.
  errorsOfModels.set(model, known);
  return known;
}

function readErrors(model: string): Readonly<Record<string, readonly string[]>> {
  const path = join(import.meta.dirname, "../../src/generated", model, "table.json");
  const table = JSON.parse(readFileSync(path, "utf8")) as {
    operations: Record<string, { errors?: string[] }>;
    shapes: Record<string, { error?: { code?: string } } | undefined>;
  };
  const codesOf = (shape: string) => [shape, table.shapes[shape]?.error?.code ?? shape];
  return Object.fromEntries(
    Object.entries(table.operations).map(([name, { errors }]) => [name, errors?.flatMap(codesOf) ?? []]),
  );
}

/** For `assert.rejects`: a fault with this code, and these words if they are given. */
export function isFault(code: string, message?: string | RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof Fault, `not a Fault: ${error}`);
    assert.equal(error.code, code, error.message);
    if (message instanceof RegExp) assert.match(error.message, message);
    else if (message !== undefined) assert.equal(error.message, message);
    return true;
  };
}
