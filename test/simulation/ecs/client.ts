import type { Operations } from "#generated/ecs/types.ts";
import type { Operations as DiscoveryOperations } from "#generated/servicediscovery/types.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { happens } from "../faults.ts";
import { ConnectionLost } from "../process.ts";
import type { Simulation } from "../simulate.ts";
import type { EcsPlane } from "./scenario.ts";

export const account = "000000000000";
export const region = "us-east-1";
export const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" };

/** What the platform answered instead of an output. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    this.status = status;
  }
}

/** The public API over an unreliable network: signed requests through the real gateway's pipeline. */
export interface Client {
  /** Rejects with `ApiFault`, or with `ConnectionLost`: then the request may have been carried out, or not. */
  ecs<Name extends keyof Operations>(name: Name, input: Operations[Name]["input"]): Promise<Operations[Name]["output"]>;
  /** Cloud Map. */
  discovery<Name extends keyof DiscoveryOperations>(
    name: Name,
    input: DiscoveryOperations[Name]["input"],
  ): Promise<DiscoveryOperations[Name]["output"]>;
  /** EC2's answer is its XML. */
  ec2(action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
  /** So is that of Elastic Load Balancing. */
  elb(action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
}

export function createClient(sim: Simulation<EcsPlane>): Client {
  const send = async (service: string, headers: Record<string, string>, body: string): Promise<string> => {
    const { loseMessage, messageDelayMs } = sim.faults();
    await sim.sleep(messageDelayMs * sim.random.float());
    if (happens(sim.random, loseMessage)) throw await lostAfterWaiting(sim);
    const request = signRequest(
      {
        method: "POST",
        path: "/",
        query: "",
        headers: { ...headers, host: "127.0.0.1:4566" },
        body: Buffer.from(body),
      },
      { credentials, region, service, now: sim.clock.now() },
    );
    const answer = await sim.request((plane) => plane.respond(request, () => new AbortController().signal));
    if (happens(sim.random, loseMessage)) throw await lostAfterWaiting(sim);
    const text = String(answer.body);
    if (answer.status === 200) return text;
    const [, code = "", message = ""] = !text.startsWith("<")
      ? (/"__type":"(?:[^"#]*#)?([^"]+)".*"message":"([^"]*)/is.exec(text) ?? [])
      : (/<Code>([^<]*)<.*<Message>([^<]*)</s.exec(text) ?? []);
    throw new ApiFault(code, answer.status, message || text);
  };
  const json = async (service: string, target: string, input: unknown) => {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    return JSON.parse((await send(service, headers, JSON.stringify(input))) || "{}");
  };
  const query = (service: string, Version: string, Action: string, parameters = {}) =>
    send(
      service,
      { "content-type": "application/x-www-form-urlencoded" },
      new URLSearchParams({ Action, Version, ...parameters }).toString(),
    );
  return {
    ecs: (name, input) => json("ecs", `AmazonEC2ContainerServiceV20141113.${name}`, input),
    discovery: (name, input) => json("servicediscovery", `Route53AutoNaming_v20170314.${name}`, input),
    ec2: (action, parameters) => query("ec2", "2016-11-15", action, parameters),
    elb: (action, parameters) => query("elasticloadbalancing", "2015-12-01", action, parameters),
  };
}

async function lostAfterWaiting(sim: Simulation<EcsPlane>): Promise<ConnectionLost> {
  await sim.sleep(5_000);
  return new ConnectionLost();
}

/** Tries as SDKs do, until there is an answer that is final. */
export async function untilAnswered<T>(sim: Simulation<EcsPlane>, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sim.sleep(500 + 1000 * sim.random.float());
    }
  }
}

/** Whether the same call may succeed, or turn out to have succeeded, when it is made again. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  return error instanceof ApiFault && (error.status >= 500 || /Throttl|RequestLimit/.test(error.code));
}
