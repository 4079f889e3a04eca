import type { RegistryManifest } from "./registry.ts";

/** The scanning of images for known vulnerabilities: ECR asks for it, a program of the machine does it. */
export interface ImageScanner {
  /** The program that scans (`trivy`, `grype`); undefined when none is installed. Looked for anew each time. */
  installed(): Promise<string | undefined>;
  /**
   * Scans an image whose content is here. Rejects with a `DriverError`: `NotInstalled`, `NotFound` (of content),
   * `TimedOut`, `Aborted` (the platform is being stopped), `NoSpace`, or `Failed` with the program's own last words.
   */
  scan(image: Pick<RegistryManifest, "digest" | "mediaType" | "sizeBytes" | "blobs">): Promise<ScanReport>;
  /** Ends what is running; resolves when it has ended. */
  close(): Promise<void>;
}

export interface ScanReport {
  readonly findings: readonly ScanFinding[];
  /** When the program's knowledge was made, in milliseconds since the epoch, if it tells. */
  readonly sourceUpdatedAt?: number;
}

export const scanSeverities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type ScanSeverity = (typeof scanSeverities)[number];

export interface ScanFinding {
  /** `CVE-2024-1234` */
  readonly name: string;
  readonly description?: string;
  readonly uri?: string;
  readonly severity: ScanSeverity;
  /** `package_name`, `package_version`, `CVSS3_VECTOR`... */
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}
