import { imageArchive } from "../image-archive.ts";
import { type Architecture, pauseProgram } from "./pause-program.ts";

/** The image of sandboxes' first process. The tag changes with the program. */
export const pauseImageReference = "estiva/pause:1";

/** An archive of the image for this architecture; equal for equal programs. */
export function pauseImage(architecture: Architecture): Uint8Array {
  return imageArchive({
    reference: pauseImageReference,
    architecture,
    files: [{ path: "pause", data: pauseProgram(architecture), mode: 0o755 }],
    entrypoint: ["/pause"],
  });
}
