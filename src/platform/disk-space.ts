import { statfs } from "node:fs/promises";

/** What a monitor should be told of before requests are refused. */
const leastFreeBytes = 256 * 2 ** 20;
const leastFreeFiles = 1000;

interface Free {
  readonly bytes: number;
  /** How many files can still be made; undefined where the file system has no such limit. */
  readonly files: number | undefined;
}

/** What is left on the disk that holds the folder. */
export async function freeSpace(folder: string): Promise<Free> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  return { bytes: bavail * bsize, files: files === 0 ? undefined : ffree };
}

/** Pure: what is wrong with what is left, for `estiva doctor` and who asks for the platform's health. */
export function spaceProblems(folder: string, { bytes, files }: Free): { message: string; mend: string }[] {
  const left = [
    ...(bytes < leastFreeBytes ? [`${Math.floor(bytes / 2 ** 20)} MiB`] : []),
    ...(files !== undefined && files < leastFreeFiles ? [`room for ${files} files`] : []),
  ];
  if (left.length === 0) return [];
  return [
    {
      message: `The disk of the data folder ${folder} has only ${left.join(" and ")} left`,
      mend: "free some space: on a full disk requests that change something are refused, and logs wait",
    },
  ];
}
