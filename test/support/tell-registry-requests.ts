import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Preloaded into a platform (`node --import`), it has it write each request to its registry, so that a test sees what
 * an engine transferred, whatever the engine says of it.
 */
subscribe("http.server.request.start", (message) => {
  const { method, url } = (message as { readonly request: IncomingMessage }).request;
  if (url?.startsWith("/v2/")) process.stderr.write(`registry request: ${method} ${url}\n`);
});
