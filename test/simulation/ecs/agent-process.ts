import type { Clock } from "#kernel/clock.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import { happens } from "../faults.ts";

export interface AgentProcessOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How likely it dies at each chance: before and after each call of what is outside of it. */
  readonly killChance: () => number;
  readonly onKilled: (where: string) => void;
}

/**
 * One life of an agent's process. What runs in it reaches the world through `clock`, `random` and what `guard` wraps;
 * once it is killed its timers do not fire, its calls go nowhere and it hears no answers. A call that had been sent is
 * carried out all the same.
 */
export class AgentProcess {
  readonly clock: Clock;
  readonly random: Random;
  readonly #options: AgentProcessOptions;
  #alive = true;

  constructor(options: AgentProcessOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.clock = {
      now: () => clock.now(),
      after: (delayMs, callback) => clock.after(delayMs, () => this.#alive && callback()),
      soon: (callback) => clock.soon(() => this.#alive && callback()),
    };
    this.random = seededRandom(Math.floor(random.float() * 2 ** 32));
  }

  get alive(): boolean {
    return this.#alive;
  }

  kill(where: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#options.onKilled(where);
  }

  /** `target` as this process sees it: a chance to die around each call, and silence once it is dead. */
  guard<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => this.#call(String(name), member.bind(object), args);
      },
    });
  }

  #call(name: string, method: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    this.#perhapsDie(`before ${name}`);
    if (!this.#alive) return never;
    const result = method(...args.map((each) => (typeof each === "function" ? this.#callback(each) : each)));
    this.#perhapsDie(`while ${name} was under way`);
    return result instanceof Promise ? this.#whileAlive(name, result) : result;
  }

  #callback(callback: unknown): unknown {
    return (...args: unknown[]) => (this.#alive ? (callback as (...args: unknown[]) => unknown)(...args) : undefined);
  }

  #whileAlive(name: string, promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const heard = (settle: () => void) => {
        this.#perhapsDie(`after ${name}`);
        if (this.#alive) settle();
      };
      promise.then(
        (value) => heard(() => resolve(value)),
        (error) => heard(() => reject(error)),
      );
    });
  }

  #perhapsDie(where: string): void {
    if (this.#alive && happens(this.#options.random, this.#options.killChance())) this.kill(where);
  }
}

const never = new Promise<never>(() => {});
