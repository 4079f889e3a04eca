import { DriverError, Fault } from "#kernel/fault.ts";
import type { RepositoryRecord } from "../model.ts";

/** Runs a step of an upload. That there is no such upload is told in ECR's words. */
export async function uploadStep<T>(repository: RepositoryRecord, uploadId: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof DriverError) || error.reason !== "NotFound") throw error;
    const where = `in the repository with name '${repository.name}' in the registry with id '${repository.account}'`;
    throw new Fault("UploadNotFoundException", `The upload with id '${uploadId}' does not exist ${where}`);
  }
}
