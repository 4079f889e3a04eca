import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import type { Readable } from "node:stream";
import type { Operations as CloudTrail } from "#generated/cloudtrail/types.ts";
import type { Operations as Ecr } from "#generated/ecr/types.ts";
import type { Operations as Ecs } from "#generated/ecs/types.ts";
import type { Operations as Events } from "#generated/events/types.ts";
import type { Operations as Logs } from "#generated/logs/types.ts";
import type { Operations as Organizations } from "#generated/organizations/types.ts";
import type { Operations as Secrets } from "#generated/secretsmanager/types.ts";
import type { Operations as Discovery } from "#generated/servicediscovery/types.ts";
import { systemClock } from "#kernel/clock.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { CommandError, exitCodes } from "./command.ts";
import type { Connection } from "./settings.ts";

/** An error that the platform answered: its code and message. */
export class ServiceError extends CommandError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** What the call answers; undefined when it is refused with this code. */
export async function unless<T>(code: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServiceError && error.code === code) return undefined;
    throw error;
  }
}

/** The public API as the commands use it. Inputs and outputs as in the API, times as the JSON protocol has them. */
export interface Client {
  cloudtrail<Name extends keyof CloudTrail>(
    operation: Name,
    input: CloudTrail[Name]["input"],
  ): Promise<CloudTrail[Name]["output"]>;
  ecs<Name extends keyof Ecs>(operation: Name, input: Ecs[Name]["input"]): Promise<Ecs[Name]["output"]>;
  ecr<Name extends keyof Ecr>(operation: Name, input: Ecr[Name]["input"]): Promise<Ecr[Name]["output"]>;
  discovery<Name extends keyof Discovery>(
    operation: Name,
    input: Discovery[Name]["input"],
  ): Promise<Discovery[Name]["output"]>;
  events<Name extends keyof Events>(operation: Name, input: Events[Name]["input"]): Promise<Events[Name]["output"]>;
  logs<Name extends keyof Logs>(operation: Name, input: Logs[Name]["input"]): Promise<Logs[Name]["output"]>;
  organizations<Name extends keyof Organizations>(
    operation: Name,
    input: Organizations[Name]["input"],
  ): Promise<Organizations[Name]["output"]>;
  secrets<Name extends keyof Secrets>(operation: Name, input: Secrets[Name]["input"]): Promise<Secrets[Name]["output"]>;
  /** An operation of EC2; the answer is its XML. */
  ec2(operation: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** An operation of IAM; the answer is its XML. */
  iam(operation: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** An operation of STS; the answer is its XML. */
  sts(operation: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  /** A question to the platform beyond the APIs of AWS, under `/_estiva/`; JSON both ways. */
  ask(path: string, question: object): Promise<unknown>;
  /** A question whose answer is bytes as they come. One that breaks off fails the stream. */
  open(path: string, question: object): Promise<Readable>;
  /** The account of the caller. */
  account(): Promise<string>;
  close(): void;
}

const ec2Version = "2016-11-15";
const iamVersion = "2010-05-08";
const stsVersion = "2011-06-15";

/** A platform that is silent for so long does not answer any more. */
const defaultSilenceSeconds = 120;

export function createClient(connection: Connection, silenceSeconds = defaultSilenceSeconds): Client {
  const options = { keepAlive: true, timeout: silenceSeconds * 1000 };
  const agent = new URL(connection.endpoint).protocol === "https:" ? new TlsAgent(options) : new Agent(options);
  const json = async (service: string, target: string, input: unknown) => {
    const answer = await send(connection, agent, {
      service,
      contentType: "application/x-amz-json-1.1",
      headers: { "x-amz-target": target },
      body: JSON.stringify(input),
    });
    // Operations without an output answer with nothing.
    return answer === "" ? {} : parse(connection, answer);
  };
  const query = (service: string, parameters: Readonly<Record<string, string>>) =>
    send(connection, agent, {
      service,
      contentType: "application/x-www-form-urlencoded",
      headers: {},
      body: new URLSearchParams(parameters).toString(),
    });
  const sts = (Action: string, parameters: Readonly<Record<string, string>>) =>
    query("sts", { Action, Version: stsVersion, ...parameters });
  return {
    cloudtrail: (operation, input) =>
      json("cloudtrail", `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`, input),
    ecs: (operation, input) => json("ecs", `AmazonEC2ContainerServiceV20141113.${operation}`, input),
    ecr: (operation, input) => json("ecr", `AmazonEC2ContainerRegistry_V20150921.${operation}`, input),
    discovery: (operation, input) => json("servicediscovery", `Route53AutoNaming_v20170314.${operation}`, input),
    events: (operation, input) => json("events", `AWSEvents.${operation}`, input),
    logs: (operation, input) => json("logs", `Logs_20140328.${operation}`, input),
    organizations: (operation, input) => json("organizations", `AWSOrganizationsV20161128.${operation}`, input),
    secrets: (operation, input) => json("secretsmanager", `secretsmanager.${operation}`, input),
    ec2: (Action, parameters) => query("ec2", { Action, Version: ec2Version, ...parameters }),
    iam: (Action, parameters) => query("iam", { Action, Version: iamVersion, ...parameters }),
    sts,
    ask: async (path, question) => parse(connection, await send(connection, agent, questionCall(path, question))),
    open: (path, question) => answerTo(connection, agent, questionCall(path, question)),
    account: async () => textsOf(await sts("GetCallerIdentity", {}), "Account")[0] ?? "",
    close: () => agent.destroy(),
  };
}

/** The texts of all elements of this name. */
export function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map((match) => decoded(match[1]!));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,5})|(amp|lt|gt|quot|apos));/gi, (_, hex?: string, name?: string) =>
    hex === undefined ? entities[name!]! : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

interface Call {
  readonly service: string;
  /** `/` by default. */
  readonly path?: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function questionCall(path: string, question: object): Call {
  const body = JSON.stringify(question);
  return { service: "ecs", contentType: "application/json", headers: {}, body, path: `/_estiva/${path}` };
}

function parse({ endpoint }: Connection, answer: string) {
  try {
    return JSON.parse(answer);
  } catch {
    throw new CommandError(`What answers at ${endpoint} is no platform.`, exitCodes.unavailable);
  }
}

async function send(connection: Connection, agent: Agent, call: Call): Promise<string> {
  return textOf(connection, await answerTo(connection, agent, call));
}

async function textOf({ endpoint }: Connection, incoming: Readable): Promise<string> {
  try {
    return Buffer.concat(await incoming.toArray()).toString("utf8");
  } catch (error) {
    // A platform that is killed in the middle of an answer.
    throw unreachable(endpoint, error as Error);
  }
}

/** The answer, still to be read. Rejects with what is told instead of one. */
function answerTo(connection: Connection, agent: Agent, call: Call): Promise<IncomingMessage> {
  const path = call.path ?? "/";
  const url = new URL(path, connection.endpoint);
  const body = Buffer.from(call.body);
  const headers = { ...call.headers, "content-type": call.contentType, host: url.host };
  const signed = signRequest(
    { method: "POST", path, query: "", headers, body },
    { credentials: connection, region: connection.region, service: call.service, now: systemClock().now() },
  );
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", agent, headers: signed.headers }, (incoming) => {
      const { statusCode = 0 } = incoming;
      if (statusCode === 200) resolve(incoming);
      else textOf(connection, incoming).then((text) => reject(errorOf(text, statusCode)), reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("it is silent")));
    outgoing.on("error", (error) => reject(unreachable(connection.endpoint, error)));
    outgoing.end(body);
  });
}

function errorOf(text: string, status: number): ServiceError {
  if (text.startsWith("<")) {
    return new ServiceError(textsOf(text, "Code")[0] ?? `HTTP ${status}`, textsOf(text, "Message")[0] ?? text);
  }
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const code = body.__type?.split("#").at(-1) ?? `HTTP ${status}`;
    return new ServiceError(code, body.message ?? body.Message ?? text);
  } catch {
    return new ServiceError(`HTTP ${status}`, text);
  }
}

function unreachable(endpoint: string, error: Error): CommandError {
  return new CommandError(
    `No platform answers at ${endpoint} (${(error as NodeJS.ErrnoException).code ?? error.message}).\n` +
      "Start one with: estiva up",
    exitCodes.unavailable,
  );
}
