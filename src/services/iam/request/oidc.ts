import { Fault } from "#kernel/fault.ts";

const mostClientIds = 100;
const mostThumbprints = 5;

/** `token.actions.githubusercontent.com` of `https://token.actions.githubusercontent.com`. */
export function urlWithoutScheme(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" || parsed.search !== "" || parsed.hash !== "" || parsed.username !== "") {
    throw invalid("Invalid Open ID Connect Provider URL");
  }
  return url.slice("https://".length);
}

export function checkClientIds(clientIds: readonly string[]): readonly string[] {
  if (clientIds.length > mostClientIds) {
    throw new Fault(
      "LimitExceededException",
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${mostClientIds}`,
    );
  }
  return clientIds;
}

export function checkThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length > mostThumbprints)
    throw invalid(`Thumbprint list must contain fewer than ${mostThumbprints} entries.`);
  if (!thumbprints.every((text) => /^[0-9a-fA-F]{40}$/.test(text))) {
    throw invalid("Thumbprint must be 40 hexadecimal digits: the SHA-1 of a certificate.");
  }
  return thumbprints.map((text) => text.toLowerCase());
}

function invalid(message: string): Fault {
  return new Fault("InvalidInputException", message);
}
