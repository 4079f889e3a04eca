/**
 * Runs scripts with the privileges that networking takes, and the ending of processes in containers, on the machine
 * whose kernel carries the sandboxes. Two implementations: `createDirectShell` (root on this machine) and
 * `createHelperShell` (a helper container).
 */
export interface PrivilegedShell {
  /** `direct` or `helper`, for people. */
  readonly name: string;
  /**
   * Runs a POSIX shell script; the first command that fails ends it. Scripts run one after another. Resolves with what
   * it wrote; rejects with `ScriptError` when it failed, and with `DriverError` (`Unavailable`) when there is no
   * shell to run it.
   */
  run(script: string): Promise<string>;
  /**
   * Runs a command that goes on until the shell is closed, beside the scripts, and tells each line that it writes. It
   * is started again when it ends: what went on meanwhile is not told.
   */
  follow(command: string, onLine: (line: string) => void): void;
  /** Ends the shell and what is followed; whatever was made stays. */
  close(): Promise<void>;
}
