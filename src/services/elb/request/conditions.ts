import type { RuleCondition } from "#generated/elbv2/types.ts";
import { checkRegex } from "./condition-regex.ts";
import { invalid } from "./handler.ts";
import { limits } from "./limits.ts";

const longest = 128;
const longestName = 40;
/** Conditions of which a rule has one at most. */
const single = ["http-request-method", "host-header", "path-pattern", "source-ip"];
const fields = [...single, "http-header", "query-string"];

/** The conditions of a rule as they are shown; refuses those that are none. */
export function checkedConditions(conditions: readonly RuleCondition[]): RuleCondition[] {
  if (conditions.length === 0) throw invalid("A condition must be specified");
  const found = conditions.map(checked);
  const twice = single.find((field) => found.filter((condition) => condition.Field === field).length > 1);
  if (twice !== undefined) throw invalid(`A rule can only have one '${twice}' condition`);
  const values = found.flatMap(valuesIn);
  const mostValues = limits["condition-values-per-alb-rule"];
  if (values.length > mostValues) throw invalid(`A rule can only have '${mostValues}' condition values`);
  const wildcards = found.flatMap(wildcardValues).reduce((sum, value) => sum + [...value.matchAll(/[*?]/g)].length, 0);
  const mostWildcards = limits["condition-wildcards-per-alb-rule"];
  if (wildcards > mostWildcards) throw invalid(`A rule can only have '${mostWildcards}' condition wildcards`);
  return found;
}

const configs = {
  "host-header": "HostHeaderConfig",
  "path-pattern": "PathPatternConfig",
  "http-header": "HttpHeaderConfig",
  "http-request-method": "HttpRequestMethodConfig",
  "query-string": "QueryStringConfig",
  "source-ip": "SourceIpConfig",
} as const;

function checked(condition: RuleCondition): RuleCondition {
  const field = condition.Field ?? "";
  if (!fields.includes(field)) {
    const list = fields.toSorted().join(", ");
    throw invalid(`Condition field '${field}' must be one of '[${list}]'`);
  }
  const own = configs[field as keyof typeof configs];
  for (const config of Object.values(configs)) {
    if (config !== own && condition[config] !== undefined) {
      throw invalid(`You cannot specify '${config}' for a condition of type '${field}'`);
    }
  }
  if (field === "host-header") return hostHeader(condition);
  if (field === "path-pattern") return pathPattern(condition);
  if (condition.Values !== undefined) throw invalid(`The 'Values' field is not compatible with '${field}'`);
  if (condition[own] === undefined) throw invalid(`A '${own}' must be specified with '${field}'`);
  if (field === "http-header") return httpHeader(condition);
  if (condition.RegexValues !== undefined) throw invalid(`The 'RegexValues' field is not compatible with '${field}'`);
  if (field === "http-request-method") return requestMethod(condition);
  return field === "query-string" ? queryString(condition) : sourceIp(condition);
}

/** The values of a condition that may be given in two places, and its regular expressions. */
function textsOf(condition: RuleCondition, config: "HostHeaderConfig" | "PathPatternConfig") {
  const { Field: field, Values: direct, RegexValues: directRegex, [config]: inner } = condition;
  if (direct !== undefined && inner?.Values !== undefined) {
    throw invalid(`You cannot provide both Values and '${config}' for a condition of type '${field}'`);
  }
  if (direct !== undefined && direct.length > 1) {
    throw invalid(`The '${field}' field contains too many values; the limit is '1'`);
  }
  const values = direct ?? inner?.Values ?? [];
  const regexValues = directRegex ?? inner?.RegexValues ?? [];
  if (values.length + regexValues.length === 0) throw invalid("A condition value must be specified");
  if (values.length > 0 && regexValues.length > 0) {
    throw invalid(`You cannot provide both Values and RegexValues for a condition of type '${field}'`);
  }
  for (const value of [...values, ...regexValues]) checkLength(field!, value);
  for (const regex of regexValues) checkRegex(regex);
  return { values, regexValues };
}

function checkLength(field: string, value: string): void {
  if (value === "") throw invalid("A condition value cannot be empty");
  if (value.length > longest) throw invalid(`The '${field}' value is too long; the limit is '${longest}'`);
}

function hostHeader(condition: RuleCondition): RuleCondition {
  const { values, regexValues } = textsOf(condition, "HostHeaderConfig");
  if (regexValues.length > 0) {
    return { Field: "host-header", HostHeaderConfig: { RegexValues: regexValues }, RegexValues: regexValues };
  }
  for (const value of values) {
    if (!/^[A-Za-z0-9.*?-]+$/.test(value) || !/\.[A-Za-z*?]+$/.test(value)) {
      throw invalid(`The host header pattern '${value}' is not valid`);
    }
  }
  return { Field: "host-header", Values: values, HostHeaderConfig: { Values: values } };
}

function pathPattern(condition: RuleCondition): RuleCondition {
  const { values, regexValues } = textsOf(condition, "PathPatternConfig");
  if (regexValues.length > 0) {
    return { Field: "path-pattern", PathPatternConfig: { RegexValues: regexValues }, RegexValues: regexValues };
  }
  for (const value of values) {
    if (!/^[A-Za-z0-9_.$/~"'@:+&*?-]+$/.test(value)) throw invalid(`The path pattern '${value}' is not valid`);
  }
  return { Field: "path-pattern", Values: values, PathPatternConfig: { Values: values } };
}

function httpHeader({ HttpHeaderConfig: config, RegexValues: direct }: RuleCondition): RuleCondition {
  const name = config?.HttpHeaderName ?? "";
  if (name === "") throw invalid("An 'HttpHeaderName' must be specified with 'http-header'");
  if (name.length > longestName) throw invalid(`The 'HttpHeaderName' value is too long; the limit is '${longestName}'`);
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw invalid(`The 'HttpHeaderName' value '${name}' is not valid`);
  if (name.toLowerCase() === "host") throw invalid("The 'Host' header must be matched with a 'host-header' condition");
  const values = config?.Values ?? [];
  const regexValues = direct ?? config?.RegexValues ?? [];
  if (values.length + regexValues.length === 0) throw invalid("A condition value must be specified");
  if (values.length > 0 && regexValues.length > 0) {
    throw invalid("You cannot provide both Values and RegexValues for a condition of type 'http-header'");
  }
  for (const value of [...values, ...regexValues]) checkLength("http-header", value);
  for (const regex of regexValues) checkRegex(regex);
  if (regexValues.length > 0) {
    const RegexValues = regexValues;
    return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: name, RegexValues }, RegexValues };
  }
  return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: name, Values: values } };
}

function requestMethod({ HttpRequestMethodConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  if (values.length === 0) throw invalid("A condition value must be specified");
  for (const value of values) {
    if (value.length > longestName) {
      throw invalid(`The 'http-request-method' value is too long; the limit is '${longestName}'`);
    }
    if (!/^[A-Z_-]+$/.test(value)) {
      const allowed = "the allowed characters are A-Z, hyphen and underscore";
      throw invalid(`The 'http-request-method' value is invalid; ${allowed}`);
    }
  }
  return { Field: "http-request-method", HttpRequestMethodConfig: { Values: values } };
}

function queryString({ QueryStringConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  if (values.length === 0) throw invalid("A condition value must be specified");
  for (const { Key, Value } of values) {
    if (Value === undefined || Value === "") throw invalid("A 'Value' must be specified in 'QueryStringKeyValuePair'");
    if (Value.length > longest) throw invalid(`The 'Value' value is too long; the limit is '${longest}'`);
    if ((Key ?? "").length > longest) throw invalid(`The 'Key' value is too long; the limit is '${longest}'`);
  }
  return { Field: "query-string", QueryStringConfig: { Values: values } };
}

function sourceIp({ SourceIpConfig: config }: RuleCondition): RuleCondition {
  const values = config?.Values ?? [];
  if (config?.IpAddressType !== undefined) {
    throw invalid("An 'IpAddressType' is only supported for rules of dual-stack network load balancers");
  }
  if (values.length === 0) throw invalid("A 'source-ip' value must be specified");
  for (const value of values) if (!isCidr(value)) throw invalid(`The 'source-ip' value '${value}' is not a valid CIDR`);
  return { Field: "source-ip", SourceIpConfig: { Values: values } };
}

function isCidr(text: string): boolean {
  const [address = "", length = "", ...rest] = text.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  if (address.includes(":")) return URL.canParse(`http://[${address}]/`) && Number(length) <= 128;
  const octets = address.split(".");
  const isAddress = octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256);
  return isAddress && Number(length) <= 32;
}

/** What counts as a value of a rule. */
function valuesIn(condition: RuleCondition): readonly unknown[] {
  const config = condition[configs[condition.Field as keyof typeof configs]];
  const regex = config !== undefined && "RegexValues" in config ? (config.RegexValues ?? []) : [];
  return [...(config?.Values ?? []), ...regex];
}

/** The texts of which asterisks and question marks are wildcards. */
function wildcardValues(condition: RuleCondition): readonly string[] {
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig, QueryStringConfig } = condition;
  const pairs = QueryStringConfig?.Values ?? [];
  return [
    ...[HostHeaderConfig, PathPatternConfig, HttpHeaderConfig].flatMap((config) => config?.Values ?? []),
    ...pairs.flatMap(({ Key, Value }) => [Key ?? "", Value ?? ""]).map((text) => text.replace(/\\[*?]/g, "")),
  ];
}
