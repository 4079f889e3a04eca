/** The pages that Elastic Load Balancing itself answers with, by their status codes. */
const reasons: Readonly<Record<number, string>> = {
  301: "301 Moved Permanently",
  302: "302 Found",
  307: "307 Temporary Redirect",
  400: "400 Bad Request",
  401: "401 Authorization Required",
  403: "403 Forbidden",
  405: "405 Not Allowed",
  408: "408 Request Time-out",
  413: "413 Request Entity Too Large",
  414: "414 Request-URI Too Large",
  463: "463",
  500: "500 Internal Server Error",
  501: "501 Not Implemented",
  502: "502 Bad Gateway",
  503: "503 Service Temporarily Unavailable",
  504: "504 Gateway Time-out",
  561: "561",
};

export function errorPage(status: number): string {
  return pageOf(reasons[status] ?? String(status));
}

export function pageOf(title: string): string {
  return [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}

/** Those that HAProxy finds by itself: requests that it cannot read, targets that do not answer or answer nonsense. */
export const ownErrors = [400, 403, 408, 413, 500, 501, 502, 504] as const;
/** Those that rules of the configuration answer with. */
export const ruleErrors = [401, 405, 414, 463, 503] as const;

/** A whole answer, for `errorfile`. */
export function errorFile(status: number): string {
  const page = errorPage(status);
  // HAProxy may have to close: what follows a request that it could not read is not another one.
  const head = ["Server: awselb/2.0", "Content-Type: text/html", `Content-Length: ${page.length}`, "Connection: close"];
  return [`HTTP/1.1 ${reasons[status]}`, ...head, "", page].join("\r\n");
}
