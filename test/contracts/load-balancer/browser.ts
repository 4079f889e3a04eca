import assert from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import type { Answer } from "./targets.ts";

/** A browser: it keeps cookies, and follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #port: number;
  readonly #connect: () => Socket;

  constructor(port: number, open: () => Socket = () => connect(port, "127.0.0.1")) {
    this.#port = port;
    this.#connect = open;
  }

  get host(): string {
    return this.#port === 443 ? "shop.test" : `shop.test:${this.#port}`;
  }

  /** Asks for what needs a login, and comes back from the provider with a code. */
  async logIn(path = "/"): Promise<Answer> {
    const sent = await this.ask(path);
    assert.equal(sent.status, 302);
    const state = new URL(sent.headers.location!).searchParams.get("state")!;
    return await this.ask(`/oauth2/idpresponse?code=code-1&state=${state}`);
  }

  async ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
    const { pathname, search } = new URL(url, "https://shop.test");
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await new Promise<Answer>((resolve, reject) => {
      const options = {
        ...{ host: "shop.test", path: pathname + search, method },
        createConnection: () => tlsConnect({ socket: this.#connect(), rejectUnauthorized: false }),
        ...{ headers: { host: this.host, ...(cookie && { cookie }), ...headers } },
      };
      const request = httpsRequest(options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      });
      request.on("error", reject).end();
    });
    for (const line of answer.headers["set-cookie"] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    assert.match(line, /; Expires=[^;]+; Path=\/; Secure; HttpOnly(; SameSite=None)?$/);
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    if (Date.parse(/Expires=([^;]+)/.exec(line)![1]!) > Date.now()) this.cookies.set(name!, value!);
    else this.cookies.delete(name!);
  }
}
