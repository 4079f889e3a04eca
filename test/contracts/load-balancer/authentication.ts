import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import type { CertificateSpec, ListenerSpec } from "#kernel/load-balancing.ts";
import { type OidcProvider, startOidcProvider } from "../../support/oidc-provider.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { Browser } from "./browser.ts";
import { certificateFor } from "./certificates.ts";
import {
  type Authenticate,
  authenticateBy,
  forward,
  authenticationKeys as keys,
  listenerOf,
  ruleOf,
  text,
} from "./nodes.ts";
import { prepare } from "./setting.ts";
import type { Answer } from "./targets.ts";

const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part!, "base64url").toString());

export function authentication(start: StartBalancer): void {
  describe("authentication", () => {
    const setting = prepare(start);
    let certificates: CertificateSpec[];
    let provider: OidcProvider;
    before(async () => {
      certificates = [certificateFor("shop.test")];
      provider = await startOidcProvider();
    });
    after(() => provider.close());
    beforeEach(() => {
      provider.grants.length = 0;
      provider.answers.claims = { sub: "user-1", email: "user@example.com" };
      provider.answers.token = { access_token: "access-1", token_type: "Bearer", expires_in: 3600 };
      Object.assign(provider.answers, { tokenStatus: 200, userInfoStatus: 200 });
    });

    const authenticate = (parts: Partial<Authenticate> = {}) => authenticateBy(provider.url, parts);
    /** With a rule for `/open` that anybody may have, one for each behaviour, and one for all else. */
    const browse = async (parts: Partial<Authenticate> = {}) => {
      const { port, use, groupOne } = setting();
      const on = (path: string, priority: number, behaviour: Authenticate["onUnauthenticatedRequest"]) => ({
        ...ruleOf(priority, [{ field: "path-pattern", values: [path] }], forward(groupOne)),
        actions: [authenticate({ ...parts, onUnauthenticatedRequest: behaviour }), forward(groupOne)],
      });
      const open = ruleOf(1, [{ field: "path-pattern", values: ["/open"] }], forward(groupOne));
      const listener = listenerOf(port, text("x"), [open, on("/deny", 2, "deny"), on("/allow", 3, "allow")], {
        ...{ protocol: "HTTPS", certificates },
      });
      const last = { ...listener.rules.at(-1)!, actions: [authenticate(parts), forward(groupOne)] };
      const listeners: ListenerSpec[] = [{ ...listener, rules: [...listener.rules.slice(0, -1), last] }];
      await use({ listeners, targetGroups: [groupOne], authentication: keys });
      return new Browser(port);
    };
    const seen = (answer: Answer) => JSON.parse(answer.body) as { url: string; headers: Record<string, string> };

    test("a user is sent to the provider, comes back, and the target learns who it is", async () => {
      const browser = await browse();
      const sent = await browser.ask("/page?x=1&y=%2F");
      assert.equal(sent.status, 302);
      const location = new URL(sent.headers.location!);
      const { state, ...params } = Object.fromEntries(location.searchParams);
      const redirect_uri = `https://${browser.host}/oauth2/idpresponse`;
      assert.equal(location.origin + location.pathname, `${provider.url}/authorize`);
      assert.deepEqual(params, {
        ...{ a: "b", prompt: "login", client_id: "client", redirect_uri, response_type: "code", scope: "openid email" },
      });
      const back = await browser.ask(`/oauth2/idpresponse?code=code-1&state=${state}`);
      assert.deepEqual([back.status, back.headers.location], [302, `https://${browser.host}/page?x=1&y=%2F`]);
      assert.deepEqual(
        provider.grants.map((grant) => Object.fromEntries(grant)),
        [
          {
            ...{ grant_type: "authorization_code", code: "code-1", redirect_uri },
            ...{ client_id: "client", client_secret: "secret" },
          },
        ],
      );
      assert.deepEqual([...browser.cookies.keys()], ["AWSELBAuthSessionCookie-0"]);
      const { headers, url } = seen(await browser.ask(back.headers.location!));
      assert.equal(url, "/page?x=1&y=%2F");
      assert.equal(headers["x-amzn-oidc-accesstoken"], "access-1");
      assert.equal(headers["x-amzn-oidc-identity"], "user-1");
      const [head, claims, signature] = headers["x-amzn-oidc-data"]!.split(".");
      assert.equal(head!.length % 4, 0);
      const { exp, ...rest } = decoded(head);
      assert.ok(exp > Date.now() / 1000 + 3000);
      assert.deepEqual(rest, {
        ...{ typ: "JWT", alg: "ES256", kid: keys.signingKeyId, iss: provider.url, client: "client" },
        signer: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/test/50dc6c495c0c9188",
      });
      assert.deepEqual(decoded(claims), { sub: "user-1", email: "user@example.com", exp, iss: provider.url });
      const key = { key: createPublicKey(keys.signingKey), dsaEncoding: "ieee-p1363" } as const;
      assert.ok(verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature!, "base64url")));
    });

    test("cookies are for other sites too where the browser wants that said", async () => {
      const browser = await browse();
      for (const [agent, isSaid] of [
        ["Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", true],
        ["Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.88 Safari/537.36", false],
        ["Mozilla/5.0 Gecko/20100101 Firefox/127.0", false],
      ] as const) {
        const { headers } = await browser.ask("/", { "user-agent": agent });
        assert.equal(
          headers["set-cookie"]!.every((line) => line.endsWith("; SameSite=None")),
          isSaid,
          agent,
        );
      }
    });

    test("who is not logged in: authenticate, deny and allow; headers that clients made up do not arrive", async () => {
      const browser = await browse();
      const forged = { "x-amzn-oidc-identity": "admin", "X-Amzn-Oidc-Data": "x", "x-estiva-authenticate": "callback" };
      assert.equal((await browser.ask("/deny", forged)).status, 401);
      for (const path of ["/allow", "/open"]) {
        const { headers } = seen(await browser.ask(path, forged));
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith("x-amzn-oidc")),
          [],
        );
      }
      await browser.logIn();
      for (const path of ["/allow", "/deny"]) {
        assert.equal(seen(await browser.ask(path, forged)).headers["x-amzn-oidc-identity"], "user-1");
      }
      assert.equal(seen(await browser.ask("/open", forged)).headers["x-amzn-oidc-identity"], undefined);
    });

    test("a session that was changed, is of another provider, or has timed out is none", async () => {
      const browser = await browse();
      await browser.logIn();
      const [name, good] = [...browser.cookies][0]!;
      const at = Math.floor(good.length / 2);
      browser.cookies.set(name, good.slice(0, at) + (good[at] === "A" ? "B" : "A") + good.slice(at + 1));
      assert.equal((await browser.ask("/deny")).status, 401);
      browser.cookies.set(name, good);
      assert.equal((await browser.ask("/deny")).status, 200);
      const other = await browse({ clientId: "another" });
      other.cookies.set(name, good);
      assert.equal((await other.ask("/deny")).status, 401);
      const short = await browse({ sessionTimeoutSeconds: 0 });
      await short.logIn();
      assert.equal((await short.ask("/deny")).status, 401);
    });

    test("large claims are divided into several cookies; a shorter session takes the rest away", async () => {
      const browser = await browse();
      provider.answers.claims = { sub: "user-1", groups: "g".repeat(8000) };
      await browser.logIn();
      const count = browser.cookies.size;
      assert.ok(count > 2, `${count} cookies`);
      const { headers } = seen(await browser.ask("/deny"));
      assert.equal(decoded(headers["x-amzn-oidc-data"]!.split(".")[1]).groups.length, 8000);
      provider.answers.claims = { sub: "user-1" };
      const [first] = [...browser.cookies.keys()];
      browser.cookies.set(first!, "changed");
      await browser.logIn();
      assert.equal(browser.cookies.size, 1);
      assert.equal((await browser.ask("/deny")).status, 200);
    });

    test("an access token that has ended is asked for again, until the provider refuses", async () => {
      const browser = await browse();
      await setting().balancer.takeTraffic();
      provider.answers.token = { access_token: "access-1", expires_in: 0, refresh_token: "refresh-1" };
      await browser.logIn();
      provider.answers.token = { access_token: "access-2", expires_in: 0, refresh_token: "refresh-2" };
      const again = await browser.ask("/allow?x=1", {}, "POST");
      assert.deepEqual([again.status, again.headers.location], [307, `https://${browser.host}/allow?x=1`]);
      assert.equal(provider.grants.at(-1)!.get("refresh_token"), "refresh-1");
      provider.answers.token = { access_token: "access-3", expires_in: 3600 };
      assert.equal((await browser.ask("/allow")).status, 307);
      assert.equal(provider.grants.at(-1)!.get("refresh_token"), "refresh-2");
      const { headers } = seen(await browser.ask("/allow"));
      assert.equal(headers["x-amzn-oidc-accesstoken"], "access-3");
      const { counts } = (await setting().balancer.takeTraffic())!.authentication!;
      assert.deepEqual([counts.ELBAuthSuccess, counts.ELBAuthRefreshTokenSuccess], [1, 2]);
      provider.answers.token = { access_token: "access-4", expires_in: 0, refresh_token: "refresh-4" };
      const other = await browse();
      await other.logIn();
      Object.assign(provider.answers, { tokenStatus: 400 });
      assert.equal((await other.ask("/deny")).status, 307);
      assert.equal((await other.ask("/deny")).status, 401);
    });

    test("logins that fail say why, as Elastic Load Balancing does, and are counted", async () => {
      const browser = await browse();
      await setting().balancer.takeTraffic();
      const fails = async (change: object, status: number, reason: string) => {
        const own = structuredClone(provider.answers);
        const before = setting().balancer.access.length;
        Object.assign(provider.answers, change);
        assert.equal((await browser.logIn()).status, status, reason);
        Object.assign(provider.answers, own);
        await setting().balancer.untilAccess((all) =>
          all.slice(before).some(({ line }) => line.includes(`"authenticate" "-" "${reason}"`)),
        );
      };
      const { idToken } = provider.answers;
      await fails({ tokenStatus: 500 }, 561, "AuthTokenEpRequestFailed");
      await fails({ tokenStatus: 400, token: { error: "invalid_grant" } }, 401, "AuthInvalidGrantError");
      await fails({ token: {} }, 401, "AuthInvalidTokenResponse");
      await fails({ userInfoStatus: 500 }, 561, "AuthUserinfoEpRequestFailed");
      await fails({ claims: { sub: "user-2" } }, 401, "AuthInvalidUserinfoResponse");
      await fails({ claims: { sub: "user-1", x: "x".repeat(12_000) } }, 500, "AuthUserinfoResponseSizeExceeded");
      for (const wrong of [{ iss: "https://other" }, { aud: "other" }, { exp: 1 }]) {
        await fails({ idToken: { ...idToken, ...wrong } }, 401, "AuthInvalidIdToken");
      }
      assert.equal(browser.cookies.has("AWSELBAuthSessionCookie-0"), false);
      const { counts, latenciesMs } = (await setting().balancer.takeTraffic())!.authentication!;
      assert.deepEqual(counts, {
        ...{ ELBAuthSuccess: 0, ELBAuthFailure: 6, ELBAuthError: 2, ELBAuthRefreshTokenSuccess: 0 },
        ELBAuthUserClaimsSizeExceeded: 1,
      });
      assert.equal(latenciesMs.length, 9);
    });

    test("who comes back must have been sent, by the same browser", async () => {
      const browser = await browse();
      const sent = await browser.ask("/page");
      const state = new URL(sent.headers.location!).searchParams.get("state")!;
      const back = (from: Browser, query: string) => from.ask(`/oauth2/idpresponse?${query}`);
      assert.equal((await back(browser, "code=x")).status, 401);
      assert.equal((await back(browser, `code=x&state=${state.slice(1)}`)).status, 401);
      assert.equal((await back(browser, `state=${state}`)).status, 401);
      assert.equal((await back(browser, `error=access_denied&state=${state}`)).status, 401);
      assert.equal((await back(browser, `error=server_error&state=${state}`)).status, 561);
      const stranger = await browse();
      assert.equal((await back(stranger, `code=x&state=${state}`)).status, 401);
      await stranger.ask("/page");
      assert.equal((await back(stranger, `code=x&state=${state}`)).status, 401);
      assert.equal((await back(browser, `code=x&state=${state}`)).status, 302);
    });
  });
}
