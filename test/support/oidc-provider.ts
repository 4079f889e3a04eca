import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";

/** An OpenID Connect provider with one user, for tests. */
export interface OidcProvider {
  readonly url: string;
  /** Forms that the token endpoint was sent, in order. */
  readonly grants: URLSearchParams[];
  /** What the next answers are made of; may be changed. */
  readonly answers: {
    claims: Record<string, unknown>;
    idToken: Record<string, unknown>;
    token: Record<string, unknown>;
    tokenStatus: number;
    userInfoStatus: number;
  };
  close(): Promise<void>;
}

/** With TLS where it is given a certificate. Tokens are for the client `client`. */
export async function startOidcProvider(tls?: { readonly key: string; readonly cert: string }): Promise<OidcProvider> {
  const grants: URLSearchParams[] = [];
  const answer: RequestListener = async (request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/token") {
      grants.push(new URLSearchParams(await bodyOf(request)));
      send(answers.tokenStatus, { ...answers.token, id_token: jwtOf(answers.idToken) });
    } else if (request.headers.authorization === `Bearer ${answers.token.access_token}`) {
      send(answers.userInfoStatus, answers.claims);
    } else {
      send(401, {});
    }
  };
  const server: Server = tls === undefined ? createHttp(answer) : createHttps(tls, answer);
  const listening = once(server, "listening");
  server.listen(0, "127.0.0.1");
  await listening;
  const url = `http${tls === undefined ? "" : "s"}://localhost:${(server.address() as AddressInfo).port}`;
  const answers: OidcProvider["answers"] = {
    claims: { sub: "user-1", email: "user@example.com" },
    idToken: { iss: url, aud: "client", sub: "user-1", exp: 4_000_000_000 },
    token: { access_token: "access-1", token_type: "Bearer", expires_in: 3600 },
    ...{ tokenStatus: 200, userInfoStatus: 200 },
  };
  return {
    ...{ url, grants, answers },
    async close() {
      const closed = once(server, "close");
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

/** Whose signature nobody looks at. */
function jwtOf(claims: object): string {
  return [{ alg: "RS256" }, claims, "signature"]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}
