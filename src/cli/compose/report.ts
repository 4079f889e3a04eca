/** What a compose file says that cannot be done, or is done otherwise than it says. */
export interface Finding {
  /** Where it stands: `services.web.privileged`. */
  readonly at: string;
  readonly text: string;
}

/** Collects everything that is wrong, so that it is told at once. Nothing is made when there are problems. */
export class Report {
  readonly problems: Finding[] = [];
  /** Expressed, but not to the letter. */
  readonly notes: Finding[] = [];

  problem(at: string, text: string): void {
    this.#add(this.problems, { at, text });
  }

  note(at: string, text: string): void {
    this.#add(this.notes, { at, text });
  }

  #add(list: Finding[], finding: Finding): void {
    if (!list.some(({ at, text }) => at === finding.at && text === finding.text)) list.push(finding);
  }
}

/** `services.web.ports[0]: what is wrong`, one a line. */
export function findingLines(findings: readonly Finding[]): string {
  return findings.map(({ at, text }) => `  ${at}: ${text}`).join("\n");
}
