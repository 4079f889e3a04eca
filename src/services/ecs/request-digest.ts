import { createHash } from "node:crypto";

/** What a request with a client token asks for, as a digest: another request with the token has another. */
export function digestOfRequest(input: { readonly clientToken?: string }): string {
  const { clientToken: _, ...parameters } = input;
  return createHash("sha256").update(JSON.stringify(parameters)).digest("base64");
}
