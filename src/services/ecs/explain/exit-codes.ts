/** What the exit code of a container says, in words; undefined for one that only the program itself can explain. */
export function exitCodeWords(exitCode: number, context: ExitContext = {}): string | undefined {
  if (exitCode === 0) return "the program ended by itself, and says that all went well";
  if (exitCode === 137) return killed(context);
  const own = known[exitCode];
  if (own !== undefined) return own;
  const name = exitCode > 128 ? signals[exitCode - 128] : undefined;
  return name && `the program was ended by ${name}`;
}

export interface ExitContext {
  /** `reason` of the container. */
  readonly reason?: string;
  /** The task had been told to stop before the container ended. */
  readonly stopped?: boolean;
}

function killed({ reason, stopped }: ExitContext): string {
  if (reason?.startsWith("OutOfMemoryError")) return "SIGKILL from the kernel: it used more memory than its limit";
  if (stopped) return "SIGKILL: it did not end within its stopTimeout after SIGTERM";
  return "SIGKILL: somebody killed it, or the machine ran out of memory";
}

const known: Readonly<Record<number, string>> = {
  126: "the command was found and cannot be executed",
  127: "the command was not found in the image",
  139: "SIGSEGV: the program crashed on an invalid memory access",
  143: "SIGTERM: it was told to stop, and did",
};

const signals: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL, an illegal instruction: is the image for another architecture?",
  6: "SIGABRT: it gave up itself, as after a failed assertion",
  7: "SIGBUS",
  8: "SIGFPE",
  10: "SIGUSR1",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
};
