/**
 * Whether an error, or what caused it, is that nobody listens at a socket or port: there is none, or who made it has
 * ended. So is a file that is not there.
 */
export function isUnserved(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException;
  const why = code ?? (cause as NodeJS.ErrnoException | undefined)?.code;
  return why === "ENOENT" || why === "ECONNREFUSED";
}
