import { DriverError } from "#kernel/fault.ts";

/**
 * Where metrics are sent by remote write, by the environment: `ESTIVA_PROMETHEUS_REMOTE_WRITE_URL`, with a user and a
 * password in it or `ESTIVA_PROMETHEUS_REMOTE_WRITE_TOKEN`. Undefined: nowhere. Throws a `DriverError` for what is no
 * such address.
 */
export function remoteWriteOptions(
  env: NodeJS.ProcessEnv,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } | undefined {
  const { ESTIVA_PROMETHEUS_REMOTE_WRITE_URL: text, ESTIVA_PROMETHEUS_REMOTE_WRITE_TOKEN: token } = env;
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new DriverError("InvalidSpec", "ESTIVA_PROMETHEUS_REMOTE_WRITE_URL takes an http:// or https:// address.");
  }
  const { username, password } = url;
  if (token !== undefined && username !== "") {
    const message =
      "Set a user in ESTIVA_PROMETHEUS_REMOTE_WRITE_URL or ESTIVA_PROMETHEUS_REMOTE_WRITE_TOKEN, not both.";
    throw new DriverError("InvalidSpec", message);
  }
  url.username = "";
  url.password = "";
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const authorization = token === undefined ? `Basic ${basic}` : `Bearer ${token}`;
  const isNamed = token !== undefined || username !== "";
  return { url: url.href, headers: isNamed ? { authorization } : {} };
}
