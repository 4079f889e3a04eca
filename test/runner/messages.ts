/** The file descriptor on which a child tells the runner of its tests: a message a line, as JSON. */
export const messageFd = 3;

/** What a child that runs test files tells the runner. */
export type Message =
  | Outcome
  /** What the test runner itself has to say. */
  | { readonly kind: "diagnostic"; readonly text: string }
  /** All files have been run: without it the child broke off. */
  | { readonly kind: "end" };

export interface Outcome {
  /** A group (a suite, or a test with subtests that failed) counts only through what is in it. */
  readonly kind: "pass" | "fail" | "skip" | "group";
  readonly name: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** 0 at the top of a file. */
  readonly nesting: number;
  readonly durationMs: number;
  /** Why it was skipped, or the error with its stack. */
  readonly reason?: string;
}
