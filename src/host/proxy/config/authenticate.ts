import { DriverError } from "#kernel/fault.ts";
import type { ListenerSpec, LoadBalancerNode, RuleSpec } from "#kernel/load-balancing.ts";
import { authenticateIn, callbackPath, reasonHeader, ruleName, stepHeader } from "../authentication/flow.ts";
import {
  type Authenticate,
  keyFor,
  nonceLength,
  sessionCookieCount,
  sessionsName,
  tagLength,
} from "../authentication/session.ts";
import { ownPage } from "./answers.ts";
import { argument, quote } from "./quote.ts";

/** The backend of the platform itself, which logs users in. */
export const authenticationBackend = "authentication";
/** Keys by the names of sessions: not in the configuration, of which HAProxy shows lines that it refuses. */
export const sessionKeysFile = "sessions.keys";

interface Authenticated {
  readonly index: number;
  readonly rule: RuleSpec;
  readonly action: Authenticate;
}

/** The rules of a listener that authenticate. */
export function authenticated({ rules }: ListenerSpec): Authenticated[] {
  return rules.flatMap((rule, index) => {
    const action = authenticateIn(rule);
    return action === undefined ? [] : [{ index, rule, action }];
  });
}

/** The condition that a user has to be sent to their provider, or to be asked for again. */
export const mustLogIn = "{ var(txn.login) -m found }";

/** Before rules are looked at: who comes back from a provider is meant by none of them. */
export function callbackLines(listener: ListenerSpec): string[] {
  if (authenticated(listener).length === 0) return [];
  const isCallback = `{ path -m str ${callbackPath} }`;
  return [
    `http-request set-var(txn.login) str(callback) if ${isCallback}`,
    `http-request set-var(txn.rule) int(-1) if ${isCallback}`,
  ];
}

/**
 * HAProxy opens sessions by itself, so that users who are logged in do not need the platform. `txn.login` says what the
 * platform is to do, where it is needed. What clients send in the place of a load balancer is taken out.
 */
export function authenticateLines(listener: ListenerSpec, folder: string): string[] {
  const all = authenticated(listener);
  if (all.length === 0) return [];
  const bySession = Map.groupBy(all, ({ action }) => sessionsName(action));
  const on = (behaviour: Authenticate["onUnauthenticatedRequest"]) =>
    all.filter(({ action }) => action.onUnauthenticatedRequest === behaviour);
  const member = (name: string) => `var(txn.session),json_query(${argument(`$.${name}`)})`;
  const time = (name: string) => `var(txn.session),json_query(${argument(`$.${name}`)},${argument("int")})`;
  const isOpen = "{ date,neg,add(txn.until) gt 0 }";
  const header = (name: string, from: string) =>
    `http-request set-header x-amzn-oidc-${name} ${quote(`%[${member(from)}]`)} if ${isOpen}`;
  const isLogin = "{ var(txn.login) -m str login }";
  return [
    "http-request del-header x-amzn-oidc- -m beg",
    ...[...bySession].flatMap(([name, own]) => sessionLines(name, own, folder)),
    `http-request set-var(txn.until) ${quote(time("until"))}`,
    `http-request set-var(txn.refresh) ${quote(time("refreshAt"))} if ${isOpen}`,
    `http-request set-var(txn.login) str(login) if ${isOneOf(all)} !${isOpen}`,
    ...on("deny").flatMap((each) => ownPage(401, folder, `${isOneOf([each])} ${isLogin}`)),
    ...on("allow").map((each) => `http-request unset-var(txn.login) if ${isOneOf([each])} ${isLogin}`),
    `http-request set-var(txn.login) str(refresh) if { var(txn.refresh) -m int gt 0 } ` +
      `{ date,sub(txn.refresh) ge 0 } { nbsrv(${authenticationBackend}) gt 0 }`,
    ...[header("accesstoken", "accessToken"), header("identity", "subject"), header("data", "data")],
    `http-request set-header ${stepHeader} %[var(txn.login)] if ${mustLogIn}`,
    ...all.map(
      (each) =>
        `http-request set-header ${stepHeader} ${quote(`%[var(txn.login)] ${ruleName(each.rule)}`)} ` +
        `if ${isOneOf([each])} ${mustLogIn}`,
    ),
  ];
}

/** Before any other backend is chosen. */
export function loginLines(listener: ListenerSpec): string[] {
  return authenticated(listener).length === 0 ? [] : [`use_backend ${authenticationBackend} if ${mustLogIn}`];
}

function isOneOf(rules: readonly Authenticated[]): string {
  return `{ var(txn.rule) -m int ${rules.map(({ index }) => index).join(" ")} }`;
}

function sessionLines(name: string, own: readonly Authenticated[], folder: string): string[] {
  const { sessionCookieName } = own[0]!.action;
  const when = isOneOf(own);
  const part = (i: number) => `req.cook(${argument(`${sessionCookieName}-${i}`)})`;
  const others = Array.from({ length: sessionCookieCount - 1 }, (_, i) => i + 1);
  const whole = [part(0), ...others.map((i) => `concat(,txn.part${i})`)].join(",");
  const key = `str(${name}),map(${argument(`${folder}/${sessionKeysFile}`)})`;
  const plain = `b64dec,aes_gcm_dec(256,txn.nonce,txn.key,txn.tag)`;
  return [
    ...others.map((i) => `http-request set-var(txn.part${i}) ${quote(part(i))} if ${when}`),
    `http-request set-var(txn.sealed) ${quote(whole)} if ${when}`,
    `http-request set-var(txn.key) ${quote(key)} if ${when}`,
    `http-request set-var(txn.nonce) var(txn.sealed),bytes(0,${nonceLength}) if ${when}`,
    `http-request set-var(txn.tag) var(txn.sealed),bytes(${nonceLength},${tagLength}) if ${when}`,
    `http-request set-var(txn.session) var(txn.sealed),bytes(${nonceLength + tagLength}),${plain} if ${when}`,
  ];
}

/** The section of the platform, where a rule of the node authenticates. */
export function authenticationSection(node: LoadBalancerNode, folder: string, socket: string): string[][] {
  if (!node.listeners.some((listener) => authenticated(listener).length > 0)) return [];
  if (node.authentication === undefined) {
    throw new DriverError("InvalidSpec", "The keys of sessions cannot be opened: they are of another master key");
  }
  const page = quote(`${folder}/page-503.html`);
  return [
    [
      `backend ${authenticationBackend}`,
      "mode http",
      "timeout server 30s",
      // Without the platform nobody can log in.
      `http-error status 503 content-type text/html file ${page} hdr Server awselb/2.0`,
      `http-response set-var(txn.reason) res.fhdr(${reasonHeader})`,
      `http-response del-header ${reasonHeader}`,
      "http-response set-header Server awselb/2.0",
      `server platform ${quote(`unix@${folder}/${socket}`)} check inter 1s`,
    ],
  ];
}

/** The file with the keys of the node's sessions; a secret. Undefined where there are none. */
export function sessionKeys(node: LoadBalancerNode): string | undefined {
  const names = new Set(node.listeners.flatMap(authenticated).map(({ action }) => sessionsName(action)));
  const { authentication: keys } = node;
  if (keys === undefined || names.size === 0) return undefined;
  return [...names].map((name) => `${name} ${keyFor(keys, name)}\n`).join("");
}
