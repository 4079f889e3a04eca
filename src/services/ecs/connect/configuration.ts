import { createHash } from "node:crypto";
import type { ServiceConnectConfiguration, ServiceConnectService } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { serviceArn as discoveryArn, names, serviceNameKey } from "#services/discovery/model.ts";
import { invalid } from "../faults.ts";
import type { ServiceConnect, ServiceConnectEndpoint, ServiceName } from "../model/service.ts";
import type { TaskDefinitionRecord } from "../model/task-definition.ts";
import { logProblem } from "../task-definition/validate/logging.ts";
import { findNamespace } from "./namespace.ts";
import { certificateName, checkTls } from "./tls.ts";

const mostSeconds = 2_147_483_647;

/**
 * Checks what a service says of Service Connect ("ServiceConnectConfiguration"). Undefined: it takes no part. Throws
 * `NamespaceNotFoundException` too.
 */
export function resolveConnect(
  ctx: RequestContext,
  input: ServiceConnectConfiguration | undefined,
  where: { readonly at: ServiceName; readonly definition: TaskDefinitionRecord; readonly clusterDefault?: string },
): ServiceConnect | undefined {
  if (!input?.enabled) return undefined;
  refuseUnsupported(input);
  checkLogs(input);
  const named = input.namespace ?? where.clusterDefault;
  if (named === undefined) {
    throw invalid(
      "A namespace is required for Service Connect: name one, or set the cluster's serviceConnectDefaults.",
    );
  }
  const namespace = findNamespace(ctx.store, ctx, named);
  if (namespace === undefined) throw ctx.fault("NamespaceNotFoundException", `The namespace ${named} was not found.`);
  if ((where.definition.networkMode ?? "bridge") !== "awsvpc") {
    throw invalid("Service Connect is available for tasks with the network mode awsvpc only.");
  }
  const services = input.services ?? [];
  const endpoints = services.map((service) => endpointOf(ctx, service, { ...where, namespace }));
  checkUnique(endpoints);
  return { configuration: { ...input, namespace: named }, namespaceId: namespace.id, endpoints };
}

function refuseUnsupported(input: ServiceConnectConfiguration): void {
  if (input.containerConfigurations !== undefined) {
    throw invalid(
      "serviceConnectConfiguration.containerConfigurations is not supported on this platform: the proxy has the " +
        "resources that it needs beside those of the task. Leave it out.",
    );
  }
}

/** Refuses what the logs of the proxy cannot be. */
function checkLogs(input: ServiceConnectConfiguration): void {
  const { logConfiguration: logs, accessLogConfiguration: access } = input;
  const problem = logs && logProblem(logs);
  if (problem !== undefined) throw invalid(problem);
  if (logs?.secretOptions?.length) {
    throw invalid(
      "secretOptions is not supported: the log drivers of this platform take no secrets. Leave it out: awslogs " +
        "and json-file need none.",
    );
  }
  if (logs?.logDriver === "awslogs" && !logs.options?.["awslogs-stream-prefix"]) {
    throw invalid("Log driver awslogs requires the option awslogs-stream-prefix for Service Connect.");
  }
  if (access !== undefined && logs?.logDriver !== "awslogs") {
    throw invalid(
      "To enable access logs, you must also specify a logConfiguration in the serviceConnectConfiguration, with the " +
        "log driver awslogs.",
    );
  }
}

interface Where {
  readonly at: ServiceName;
  readonly definition: TaskDefinitionRecord;
  readonly namespace: NonNullable<ReturnType<typeof findNamespace>>;
}

function endpointOf(ctx: RequestContext, service: ServiceConnectService, where: Where): ServiceConnectEndpoint {
  const { portName, discoveryName = portName, clientAliases = [] } = service;
  const { at, definition, namespace } = where;
  const found = definition.containerDefinitions
    .flatMap(({ name, portMappings }) => portMappings.map((mapping) => ({ containerName: name, mapping })))
    .find(({ mapping }) => mapping.name === portName);
  if (found?.mapping.containerPort === undefined) {
    throw invalid(`portName(${portName}) does not refer to any named PortMapping in the Task Definition.`);
  }
  const { containerPort, appProtocol: protocol = "tcp" } = found.mapping;
  if (!/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(discoveryName)) {
    const allowed = "Up to 64 lowercase letters, numbers, underscores and hyphens are allowed.";
    throw invalid(`The discoveryName ${discoveryName} is not valid. ${allowed}`);
  }
  if (clientAliases.length > 1) throw invalid("A Service Connect service can have one client alias only.");
  const aliases = clientAliases.map(({ port, dnsName = `${discoveryName}.${namespace.name}` }) => {
    if (!/^[a-z0-9_.][a-z0-9_.-]{0,126}$/.test(dnsName)) {
      throw invalid(`The dnsName ${dnsName} of a client alias is not valid.`);
    }
    return { port, dnsName };
  });
  checkTimeouts(service, protocol);
  const testHeader = protocol === "tcp" ? refuseTestRules(service) : testHeaderOf(service);
  const id = discoveryId(at, namespace.id, discoveryName);
  checkOwn(ctx, id, { ...where, discoveryName });
  const { idleTimeoutSeconds, perRequestTimeoutSeconds } = service.timeout ?? {};
  checkTls(ctx, service.tls);
  return {
    ...{ discoveryName, discoveryId: id, discoveryArn: discoveryArn({ ...at, id }) },
    ...{ containerName: found.containerName, containerPort, ingressPort: service.ingressPortOverride ?? containerPort },
    protocol,
    // Without an alias clients find it by `discoveryName.namespace` at the container's port.
    aliases: aliases.length > 0 ? aliases : [{ port: containerPort, dnsName: `${discoveryName}.${namespace.name}` }],
    ...(idleTimeoutSeconds !== undefined && { idleTimeoutSeconds }),
    ...(perRequestTimeoutSeconds !== undefined && { perRequestTimeoutSeconds }),
    ...(testHeader && { testHeader }),
    ...(service.tls && { tls: { name: certificateName(`${discoveryName}.${namespace.name}`, id) } }),
  };
}

/** What AWS looks for where there are no rules. */
const defaultTestHeader = "x-amzn-ecs-blue-green-test";

function testHeaderOf(service: ServiceConnectService): ServiceConnectEndpoint["testHeader"] {
  const header = service.clientAliases?.[0]?.testTrafficRules?.header;
  if (header === undefined) return { name: defaultTestHeader };
  const exact = header.value?.exact;
  if (!/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(header.name)) {
    throw invalid(`The name ${JSON.stringify(header.name)} of a test traffic header is not valid.`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not come in
  if (exact !== undefined && /[\x00-\x1f\x7f]/.test(exact)) {
    throw invalid("The value of a test traffic header cannot have control characters.");
  }
  return { name: header.name, ...(exact !== undefined && { exact }) };
}

function refuseTestRules({ clientAliases = [] }: ServiceConnectService): undefined {
  if (clientAliases.every(({ testTrafficRules }) => testTrafficRules === undefined)) return undefined;
  throw invalid("testTrafficRules can only be set if the appProtocol isn't TCP.");
}

function checkTimeouts({ timeout = {} }: ServiceConnectService, protocol: string): void {
  if (timeout.perRequestTimeoutSeconds !== undefined && protocol === "tcp") {
    throw invalid("perRequestTimeout can only be set if the appProtocol isn't TCP.");
  }
  for (const [name, seconds] of Object.entries(timeout)) {
    if (seconds < 0 || seconds > mostSeconds) throw invalid(`${name} must be between 0 and ${mostSeconds}.`);
  }
}

/** Another service of the namespace may have the name: then there is no place for this one. */
function checkOwn(
  ctx: RequestContext,
  id: string,
  { at, namespace, discoveryName }: Where & { discoveryName: string },
) {
  const key = serviceNameKey({ ...at, namespaceId: namespace.id }, discoveryName, namespace.type);
  const taken = ctx.store.view(names).get(key)?.value;
  if (taken === undefined || taken.id === id) return;
  throw invalid(`The discoveryName ${discoveryName} is in use in the namespace ${namespace.name} by another service.`);
}

function checkUnique(endpoints: readonly ServiceConnectEndpoint[]): void {
  const seen = new Set<string>();
  const once = (what: string, message: string) => {
    if (seen.has(what)) throw invalid(message);
    seen.add(what);
  };
  for (const { discoveryName, aliases } of endpoints) {
    once(discoveryName, `The discoveryName ${discoveryName} is used more than once.`);
    for (const { dnsName, port } of aliases) {
      once(`${dnsName}:${port}`, `The client alias ${dnsName}:${port} is used more than once.`);
    }
  }
}

/** Always the same for a name of a service: `srv-` and 16 letters and digits. */
function discoveryId(at: ServiceName, namespaceId: string, discoveryName: string): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const text = [at.account, at.region, at.clusterName, at.serviceName, namespaceId, discoveryName].join("/");
  const digest = createHash("sha256").update(text).digest();
  return `srv-${Array.from(digest.subarray(0, 16), (byte) => alphabet[byte % 32]).join("")}`;
}
