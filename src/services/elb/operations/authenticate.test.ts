import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { describe, test } from "node:test";
import type { Action, AuthenticateOidcActionConfig } from "#generated/elbv2/types.ts";
import type { RuleAction } from "#kernel/load-balancing.ts";
import { isFault } from "../../../../test/support/context.ts";
import { type ElbWorld, elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";
import { authentications, listeners, rules } from "../model.ts";

const idp = "https://idp.example";
const config: AuthenticateOidcActionConfig = {
  ...{ Issuer: idp, AuthorizationEndpoint: `${idp}/authorize?tenant=1` },
  ...{ TokenEndpoint: `${idp}/token`, UserInfoEndpoint: `${idp}/userinfo`, ClientId: "client" },
};
const secret = "the-secret-of-the-client";
const login = (parts: Partial<AuthenticateOidcActionConfig> = { ClientSecret: secret }): Action => ({
  ...{ Type: "authenticate-oidc", Order: 1, AuthenticateOidcConfig: { ...config, ...parts } },
});
const answer: Action = { Type: "fixed-response", Order: 2, FixedResponseConfig: { StatusCode: "200" } };
const conditions = [{ Field: "path-pattern", Values: ["/private"] }];

async function secureWorld() {
  const world = await elbWorld();
  const loadBalancer = await newLoadBalancer(world);
  const { CertificateArn } = await world.acm("RequestCertificate", { DomainName: "a.example" });
  const tls = { Port: 443, Protocol: "HTTPS", Certificates: [{ CertificateArn: CertificateArn! }] } as const;
  const group = await newTargetGroup(world);
  const listener = await newListener(world, loadBalancer, group, tls);
  const rule = async (Actions: readonly Action[], Priority = 1) => {
    const made = await world.elb("CreateRule", { ListenerArn: listener, Priority, Conditions: conditions, Actions });
    return made.Rules![0]!;
  };
  return { world, loadBalancer, group, listener, tls, rule };
}

/** What the nodes are told of the first rule. */
async function told(world: ElbWorld) {
  await world.settle();
  const node = world.published.at(-1)![0]!;
  const action = node.listeners.find(({ protocol }) => protocol === "HTTPS")!.rules[0]!.actions[0]!;
  return { node, action: action as Extract<RuleAction, { type: "authenticate-oidc" }> };
}

describe("actions that authenticate", () => {
  test("are shown with their defaults, without the secret, which only the nodes are told", async () => {
    const { world, rule, listener } = await secureWorld();
    const shown = (await rule([answer, login()])).Actions;
    const full = {
      ...config,
      ...{ SessionCookieName: "AWSELBAuthSessionCookie", Scope: "openid", SessionTimeout: 604_800 },
      OnUnauthenticatedRequest: "authenticate",
    };
    assert.deepEqual(shown, [{ ...login(), AuthenticateOidcConfig: full }, answer]);
    const { Rules } = await world.elb("DescribeRules", { ListenerArn: listener });
    assert.deepEqual(Rules![0]!.Actions, shown);
    const records = [...world.store.view(rules).all(), ...world.store.view(authentications).all()];
    assert.doesNotMatch(JSON.stringify(records), new RegExp(secret));
    const { node, action } = await told(world);
    assert.deepEqual(
      [action.clientSecret, action.sessionTimeoutSeconds, action.onUnauthenticatedRequest, action.extraParams],
      [secret, 604_800, "authenticate", {}],
    );
    const keys = [...world.store.view(authentications).all()][0]?.value;
    const { signingKeyId, signingKey, sessionKey } = node.authentication!;
    assert.equal(signingKeyId, keys!.keyId);
    const publicKey = createPublicKey(createPrivateKey(signingKey)).export({ type: "spki", format: "pem" });
    assert.equal(publicKey, keys!.publicKey);
    assert.equal(Buffer.from(sessionKey, "base64").length, 32);
    assert.doesNotMatch(JSON.stringify([...world.store.view(authentications).all()]), /PRIVATE KEY/);
  });

  test("keep their secret where a change says so, and their load balancer its keys", async () => {
    const { world, rule, loadBalancer } = await secureWorld();
    const { RuleArn = "" } = await rule([login(), answer]);
    const { node: before } = await told(world);
    const modify = (...Actions: Action[]) => world.elb("ModifyRule", { RuleArn, Actions });
    await modify(login({ UseExistingClientSecret: true, SessionTimeout: 60 }), answer);
    assert.deepEqual(
      [(await told(world)).action.clientSecret, (await told(world)).action.sessionTimeoutSeconds],
      [secret, 60],
    );
    await world.elb("ModifyRule", { RuleArn, Conditions: [{ Field: "path-pattern", Values: ["/other"] }] });
    assert.equal((await told(world)).action.clientSecret, secret);
    await modify(login({ ClientSecret: "another" }), answer);
    const { action, node } = await told(world);
    assert.equal(action.clientSecret, "another");
    assert.deepEqual(node.authentication, before.authentication);
    await modify({ ...answer, Order: 1 });
    assert.equal([...world.store.view(rules).all()][0]!.value.sealedClientSecret, undefined);
    await world.elb("DeleteLoadBalancer", { LoadBalancerArn: loadBalancer });
    assert.deepEqual([...world.store.view(authentications).all()], []);
  });

  test("of a listener make it another one when they have another secret", async () => {
    const { world, loadBalancer, group, tls } = await secureWorld();
    const make = (ClientSecret: string) =>
      newListener(world, loadBalancer, group, { ...tls, Port: 444, DefaultActions: [login({ ClientSecret }), answer] });
    const ListenerArn = await make(secret);
    assert.equal(await make(secret), ListenerArn);
    await assert.rejects(make("another"), isFault("DuplicateListenerException"));
    await world.elb("ModifyListener", { ListenerArn, Port: 445 });
    const [changed] = [...world.store.view(listeners).all()].filter(({ value }) => value.port === 445);
    assert.ok(changed!.value.sealedClientSecret);
    const clear = world.elb("ModifyListener", { ListenerArn, Protocol: "HTTP" });
    await assert.rejects(clear, isFault("InvalidLoadBalancerActionException", /supported only on HTTPS listeners/));
  });

  const twelve = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`p${i}`, "x"]));
  const wrong = (parts: Partial<AuthenticateOidcActionConfig>) => [login({ ClientSecret: secret, ...parts }), answer];
  const action = "InvalidLoadBalancerActionException";
  const refusals: readonly [string, readonly Action[], string, RegExp][] = [
    [
      "last",
      [
        { ...answer, Order: 1 },
        { ...login(), Order: 2 },
      ],
      action,
      /The last action of a rule must be one of/,
    ],
    ["alone", [login()], action, /The last action of a rule must be one of/],
    [
      "twice",
      [login(), { ...login(), Order: 2 }, { ...answer, Order: 3 }],
      "TooManyActionsException",
      /one authenticate/,
    ],
    [
      "without configuration",
      [{ Type: "authenticate-oidc", Order: 1 }, answer],
      "ValidationError",
      /must be specified/,
    ],
    ["without secret", [login({}), answer], action, /A client secret must be specified/],
    [
      "with a secret that is not there",
      [login({ UseExistingClientSecret: true }), answer],
      action,
      /no client secret yet/,
    ],
    ["with two secrets", wrong({ UseExistingClientSecret: true }), action, /^You cannot both specify a client secret/],
    ["in clear", wrong({ TokenEndpoint: "http://idp.example/token" }), action, /TokenEndpoint .* must be a full URL/],
    ["by no URL", wrong({ Issuer: "idp.example" }), action, /Issuer .* must be a full URL/],
    ["for too long", wrong({ SessionTimeout: 604_801 }), action, /between '1' and '604800' seconds/],
    ["for no time", wrong({ SessionTimeout: 0 }), action, /between '1' and '604800' seconds/],
    ["with an odd cookie", wrong({ SessionCookieName: "a;b" }), action, /cannot be the name of a session cookie/],
    ["with no scope", wrong({ Scope: "" }), action, /The scope '' is not valid/],
    [
      "with too much besides",
      wrong({ AuthenticationRequestExtraParams: twelve }),
      action,
      /Up to '10' extra parameters/,
    ],
    ["with our own", wrong({ AuthenticationRequestExtraParams: { state: "x" } }), action, /'state' cannot be an extra/],
  ];
  for (const [what, actions, code, message] of refusals) {
    test(`${what} are refused`, async () => {
      const { rule } = await secureWorld();
      await assert.rejects(rule(actions), isFault(code, message));
    });
  }

  test("are refused on listeners without TLS", async () => {
    const { world, loadBalancer, group } = await secureWorld();
    const made = newListener(world, loadBalancer, group, { Port: 80, DefaultActions: [login(), answer] });
    await assert.rejects(made, isFault(action, /supported only on HTTPS listeners/));
  });
});
