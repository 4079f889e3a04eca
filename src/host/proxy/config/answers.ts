import { createHash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";
import type { RuleAction } from "#kernel/load-balancing.ts";
import { fixedCountLine } from "./own-answers.ts";
import { literal, quote } from "./quote.ts";

type Answer = Extract<RuleAction, { type: "redirect" | "fixed-response" }>;

const server = "hdr Server awselb/2.0";

/** An answer with the load balancer's own page. `when` is HAProxy's condition. */
export function ownPage(status: number, folder: string, when: string): string[] {
  const page = quote(`${folder}/page-${status}.html`);
  return [`http-request return status ${status} content-type text/html file ${page} ${server} if ${when}`];
}

/** The file with a fixed response's body: it may have any characters, and so is not in the configuration. */
export function bodyFile(body: string): string {
  return `body-${createHash("sha256").update(body).digest("hex").slice(0, 16)}`;
}

/** Lines that answer by themselves; `when` is HAProxy's condition. */
export function answerLines(action: Answer, folder: string, when: string): string[] {
  return action.type === "redirect" ? redirectLines(action, folder, when) : fixedLines(action, folder, when);
}

function fixedLines(action: Extract<Answer, { type: "fixed-response" }>, folder: string, when: string): string[] {
  const { statusCode, contentType = "text/plain", messageBody = "" } = action;
  if (!/^[245]\d\d$/.test(statusCode)) throw new DriverError("InvalidSpec", `${statusCode} cannot be answered`);
  const type = `content-type ${quote(contentType)}`;
  const body = messageBody === "" ? "" : `${type} file ${quote(`${folder}/${bodyFile(messageBody)}`)} `;
  return [fixedCountLine(when), `http-request return status ${statusCode} ${body}${server} if ${when}`];
}

function redirectLines(action: Extract<Answer, { type: "redirect" }>, folder: string, when: string): string[] {
  const status = action.statusCode.slice("HTTP_".length);
  const page = quote(`${folder}/page-${status}.html`);
  const base = [action.protocol.toLowerCase(), "://", action.host, ":", action.port].map(filled).join("");
  const path = filled(action.path);
  const query = filled(action.query);
  const line = (location: string, condition: string) =>
    `http-request return status ${status} content-type text/html file ${page} ${server} ` +
    `hdr Location ${quote(location)} if ${condition}`;
  if (action.query === "") return [line(`${base}${path}`, when)];
  const whole = `${base}${path}?${query}`;
  // Nothing but the query of the request: there may be none.
  if (action.query !== "#{query}") return [line(whole, when)];
  return [line(whole, `${when} { query -m found }`), line(`${base}${path}`, when)];
}

/** ELB's placeholders as HAProxy's expressions. The path is without its first slash. */
const placeholders: Readonly<Record<string, string>> = {
  "#{protocol}": "%[var(txn.proto)]",
  "#{host}": "%[req.hdr(host),host_only]",
  "#{port}": "%[var(txn.port)]",
  "#{path}": "%[path,bytes(1)]",
  "#{query}": "%[query]",
};

function filled(text: string): string {
  return text
    .split(/(#\{\w+\})/)
    .map((part) => placeholders[part] ?? literal(part))
    .join("");
}
