import { lchown, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { AuthenticationOutcome, AuthenticationTraffic, LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { errorPage } from "../config/error-pages.ts";
import { AuthenticationCounter } from "./counter.ts";
import {
  callback,
  type FlowAnswer,
  type FlowParts,
  type FlowRequest,
  login,
  reasonHeader,
  refresh,
  sessionOf,
  stepHeader,
  urlOf,
} from "./flow.ts";
import { AuthenticationFailure } from "./provider.ts";
import { cookiesFor, cookiesIn } from "./session.ts";

export interface AuthenticationDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** To the providers. */
  readonly send: SendHttp;
}

/** So long an answer to a refresh is given again: a provider may take a refresh token only once. */
const keptMs = 30_000;
/** HAProxy's limit is 64 KiB. */
const mostHeadBytes = 80 * 1024;

/**
 * Answers in the place of targets while a user of a node is not logged in: what HAProxy cannot do by itself. Requests
 * of users who are go past it.
 */
export class AuthenticationServer {
  readonly #deps: AuthenticationDeps;
  readonly #server: Server;
  readonly #counter: AuthenticationCounter;
  readonly #refreshes = new Map<string, Promise<FlowAnswer>>();
  #node: LoadBalancerNode;

  constructor(node: LoadBalancerNode, deps: AuthenticationDeps) {
    this.#node = node;
    this.#deps = deps;
    this.#counter = new AuthenticationCounter(deps.clock);
    this.#server = createServer({ maxHeaderSize: mostHeadBytes }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** Listens at a path, in the place of an earlier one. It is the user's alone, if one is given. */
  async listen(path: string, user: { readonly uid: number; readonly gid: number } | undefined): Promise<void> {
    await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
    if (user !== undefined) await lchown(path, user.uid, user.gid);
  }

  use(node: LoadBalancerNode): void {
    this.#node = node;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** What became of logins since the last call. */
  takeTraffic(): AuthenticationTraffic {
    return this.#counter.take();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.#step(incoming).catch((error) => this.#failed(error));
    const { status, location, reason } = answer;
    const cookies = cookiesFor(incoming.headers["user-agent"] ?? "", answer.cookies);
    response.writeHead(status, {
      ...{ "content-type": "text/html", "cache-control": "no-store" },
      ...(location !== undefined && { location }),
      ...(cookies.length > 0 && { "set-cookie": cookies }),
      ...(reason !== undefined && { [reasonHeader]: reason }),
    });
    response.end(errorPage(status));
  }

  #failed(error: unknown): FlowAnswer {
    if (error instanceof AuthenticationFailure) return { status: error.status, reason: error.reason, cookies: [] };
    this.#deps.log.error("A user could not be authenticated", { nodeId: this.#node.nodeId, error });
    return { status: 500, reason: "AuthUnhandledException", cookies: [] };
  }

  async #step(incoming: IncomingMessage): Promise<FlowAnswer> {
    const { headers, url = "/" } = incoming;
    const [step, rule = ""] = String(headers[stepHeader]).split(" ");
    const cookies = cookiesIn(headers.cookie ?? "");
    // A request may name the whole address (RFC 9112, section 3.2.2).
    const target = url.startsWith("/") ? url : url.replace(/^\w+:\/\/[^/?]*/, "") || "/";
    const request: FlowRequest = { host: headers.host ?? "", target, cookies };
    if (step === "login") return await this.#play("ELBAuthSuccess", (parts) => login(parts, rule, request));
    if (step === "callback") return await this.#play("ELBAuthSuccess", (parts) => callback(parts, request));
    return await this.#refresh(rule, request);
  }

  /** Requests that come together with one session share the answer of the provider. */
  async #refresh(rule: string, request: FlowRequest): Promise<FlowAnswer> {
    const key = sessionOf({ node: this.#node }, rule, request);
    const known = this.#refreshes.get(key);
    const under = known ?? this.#play("ELBAuthRefreshTokenSuccess", (parts) => refresh(parts, rule, request));
    if (known === undefined) {
      this.#refreshes.set(key, under);
      this.#deps.clock.after(keptMs, () => this.#refreshes.delete(key));
    }
    const answer = await under;
    return answer.location === undefined ? answer : { ...answer, location: urlOf(request) };
  }

  #play(
    success: AuthenticationOutcome,
    play: (parts: FlowParts) => FlowAnswer | Promise<FlowAnswer>,
  ): Promise<FlowAnswer> {
    const { clock, random } = this.#deps;
    const parts = { node: this.#node, keys: this.#node.authentication!, now: clock.now(), random };
    return this.#counter.count(this.#deps.send, success, async (send) => {
      try {
        return await play({ ...parts, send });
      } catch (error) {
        return this.#failed(error);
      }
    });
  }
}
