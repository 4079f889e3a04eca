import {
  defaultSettleSeconds,
  explainServiceInquiry,
  explainTaskInquiry,
  type Inquiry,
  type InquiryOptions,
  simulateInquiry,
} from "#services/ecs/index.ts";
import { type BackupParts, backupQuestion } from "./backup/question.ts";
import { type Pulls, pullsInquiry } from "./pulls.ts";
import { serviceOptions } from "./service-options.ts";
import { spotInterruptions } from "./spot-interruptions.ts";

export type QuestionParts = Omit<InquiryOptions, "settleSeconds"> & {
  readonly env: NodeJS.ProcessEnv;
  readonly pulls: Pulls;
  readonly backup: BackupParts;
};

/** What the commands ask beyond the APIs of AWS, by method and path. Each is signed, and needs rights of the APIs. */
export function questions({ env, pulls, backup, ...parts }: QuestionParts): Readonly<Record<string, Inquiry<unknown>>> {
  const options = {
    ...parts,
    store: parts.store.as("api"),
    settleSeconds: defaultSettleSeconds,
    ...serviceOptions(env),
  };
  return {
    "POST /_estiva/backup": backupQuestion(backup),
    "POST /_estiva/explain/service": explainServiceInquiry(options),
    "POST /_estiva/explain/task": explainTaskInquiry(options),
    "POST /_estiva/pulls": pullsInquiry(pulls),
    "POST /_estiva/simulate": simulateInquiry(options),
    "POST /_estiva/spot-interruptions": spotInterruptions(options.store),
  } as Readonly<Record<string, Inquiry<unknown>>>;
}
