import type { ServiceAuthorization } from "./authorization.ts";
import type { Clock } from "./clock.ts";
import type { Controller, Log } from "./controller.ts";
import type { Fault } from "./fault.ts";
import type { Random } from "./random.ts";
import type { Collection, Store } from "./store.ts";

/**
 * One operation of one service. It validates what the model cannot say, reads, and commits what the caller wants; it
 * never waits for the world. When something that it read changed before its commit, the gateway runs it again from the
 * start, so it must keep no state of its own.
 */
export type Handler<Input = unknown, Output = unknown> = (input: Input, ctx: RequestContext) => Promise<Output>;

/** A handler of one of a service's operations, typed by the generated `Operations` interface of the service. */
export type HandlerOf<Operations, Name extends keyof Operations> = Operations[Name] extends {
  input: infer Input;
  output: infer Output;
}
  ? Handler<Input, Output>
  : never;

/** A service's operations by name. */
export type Handlers<Operations> = { readonly [Name in keyof Operations]?: HandlerOf<Operations, Name> };

export interface RequestContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly requestId: string;
  /** The account and region that the request is for. Every account and region is a world of its own. */
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly caller: Caller;
  /** Where it came from, as far as that is known; absent: the platform runs the operation itself. */
  readonly origin?: { readonly sourceIp?: string; readonly userAgent?: string };
  /**
   * Whether the role exists and its trust policy lets the service (`ecs-tasks.amazonaws.com`) take it on, on behalf of
   * this resource of the account: policies name it as aws:SourceArn.
   */
  canAssume(roleArn: string, service: string, sourceArn: string): boolean;
  /** Aborted when the client goes away; for operations that stream. */
  signal(): AbortSignal;
  /** The endpoint that the client used, without a trailing slash: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** A fault with this code of the operation's model, or a common AWS error. To be thrown. */
  fault(code: string, message: string, members?: Record<string, unknown>): Fault;
}

/** Who signed the request. */
export interface Caller {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly type: "Root" | "User" | "AssumedRole" | "FederatedUser";
  /** With temporary credentials: what they were issued with. */
  readonly session?: CallerSession;
}

/** What STS wrote into temporary credentials. */
export interface CallerSession {
  /** When they were issued, in milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Who may do what the session may at most: the ARN of the role, of the user, or the root. */
  readonly issuerArn: string;
  /** The id of the issuer: `AROA...`, `AIDA...`, the account's number for the root. */
  readonly issuerId: string;
  /** The texts of the session policies; with any, only what one of them allows is allowed. */
  readonly policies: readonly string[];
  /** Tags of the session; they hide those of the issuer of the same name. */
  readonly tags: Readonly<Record<string, string>>;
  /** The keys of the tags that are passed on when the session takes on another role. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** When a second factor was checked, in milliseconds since the epoch. */
  readonly mfaAuthenticatedAt?: number;
  /** The ARN, or the name, of the identity provider of a federated session. */
  readonly federatedProvider?: string;
  /** What the provider said of who has the session, as condition keys: `idp.example.com:sub`, `saml:sub`. */
  readonly federationKeys?: Readonly<Record<string, string | readonly string[]>>;
}

/** One AWS service: its operations, its controllers and the collections that it owns. */
export interface ServiceModule {
  /** The name of the service's model in `generated/`: `ecs`, `logs`, `ec2`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: each handler is typed by its operation; the gateway checks the input.
  readonly operations: Readonly<Record<string, Handler<any, any>>>;
  readonly controllers: readonly Controller[];
  /** The action, resources and condition keys of each operation. A service without it serves only the root. */
  readonly authorization?: ServiceAuthorization;
  // biome-ignore lint/suspicious/noExplicitAny: collections of every record type stand in one list.
  readonly collections: readonly Collection<any, any>[];
}
