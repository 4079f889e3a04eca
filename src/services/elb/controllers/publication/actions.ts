import type { Action, RuleCondition as ApiCondition, AuthenticateOidcActionConfig } from "#generated/elbv2/types.ts";
import type { RuleAction, RuleCondition } from "#kernel/load-balancing.ts";

/** Actions as the hosts are told them; the request that made them has been checked. */
export function toActions(actions: readonly Action[], clientSecret: string | undefined): RuleAction[] {
  return actions.map((action) => {
    const { AuthenticateOidcConfig: oidc } = action;
    return oidc === undefined ? toRouting(action) : toAuthenticate(oidc, clientSecret);
  });
}

/** Without the secret nobody can log in, and nobody is let through. */
function toAuthenticate(config: AuthenticateOidcActionConfig, clientSecret = ""): RuleAction {
  return {
    type: "authenticate-oidc",
    issuer: config.Issuer,
    authorizationEndpoint: config.AuthorizationEndpoint,
    tokenEndpoint: config.TokenEndpoint,
    userInfoEndpoint: config.UserInfoEndpoint,
    clientId: config.ClientId,
    clientSecret,
    sessionCookieName: config.SessionCookieName!,
    sessionTimeoutSeconds: config.SessionTimeout!,
    scope: config.Scope!,
    extraParams: config.AuthenticationRequestExtraParams ?? {},
    onUnauthenticatedRequest: config.OnUnauthenticatedRequest!,
  };
}

function toRouting(action: Action): RuleAction {
  const { RedirectConfig: redirect, FixedResponseConfig: fixed, ForwardConfig: forward } = action;
  if (redirect !== undefined) {
    return {
      type: "redirect",
      protocol: redirect.Protocol!,
      host: redirect.Host!,
      port: redirect.Port!,
      path: redirect.Path!,
      query: redirect.Query!,
      statusCode: redirect.StatusCode,
    };
  }
  if (fixed !== undefined) {
    return {
      type: "fixed-response",
      statusCode: fixed.StatusCode,
      ...(fixed.ContentType !== undefined && { contentType: fixed.ContentType }),
      ...(fixed.MessageBody !== undefined && { messageBody: fixed.MessageBody }),
    };
  }
  const { Enabled: isSticky, DurationSeconds: seconds } = forward?.TargetGroupStickinessConfig ?? {};
  return {
    type: "forward",
    targetGroups: (forward?.TargetGroups ?? []).map(({ TargetGroupArn: arn, Weight: weight = 1 }) => ({
      targetGroupArn: arn!,
      weight,
    })),
    ...(isSticky && { groupStickinessSeconds: seconds! }),
  };
}

/** A condition as the hosts are told it. */
export function toCondition(condition: ApiCondition): RuleCondition {
  const { HostHeaderConfig, PathPatternConfig, HttpHeaderConfig, QueryStringConfig } = condition;
  const regexOf = (config: { readonly RegexValues?: readonly string[] } | undefined) =>
    config?.RegexValues === undefined ? {} : { regexValues: config.RegexValues };
  switch (condition.Field) {
    case "host-header":
      return { field: "host-header", values: HostHeaderConfig?.Values ?? [], ...regexOf(HostHeaderConfig) };
    case "path-pattern":
      return { field: "path-pattern", values: PathPatternConfig?.Values ?? [], ...regexOf(PathPatternConfig) };
    case "http-header":
      return {
        field: "http-header",
        httpHeaderName: HttpHeaderConfig!.HttpHeaderName!,
        values: HttpHeaderConfig!.Values ?? [],
        ...regexOf(HttpHeaderConfig),
      };
    case "query-string":
      return { field: "query-string", pairs: (QueryStringConfig?.Values ?? []).map(toPair) };
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig?.Values ?? [] };
    default:
      return { field: "http-request-method", values: condition.HttpRequestMethodConfig?.Values ?? [] };
  }
}

function toPair({ Key: key, Value: value = "" }: { readonly Key?: string; readonly Value?: string }) {
  return { ...(key !== undefined && { key }), value };
}
