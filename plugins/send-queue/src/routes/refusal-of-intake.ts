import type { RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import { NotDicom } from "../part10/part10.ts";
import { QueueFailed } from "../queue/queue.ts";
import { SpoolFull } from "../spool/spool.ts";
import { MultipartBroken } from "./multipart.ts";
import { PackedBroken } from "./packed.ts";
import { badFile, badRequest, fullStorage, refuse } from "./refusal.ts";

/** Why nothing was taken in. @throws what is nobody's fault here */
export function refusalOfIntake(
  request: Pick<RouteRequest, "method" | "path">,
  error: unknown,
): RouteResponse {
  if (error instanceof NotDicom) return refuse(request, badFile(error.message));
  if (error instanceof MultipartBroken || error instanceof PackedBroken) {
    return refuse(request, badRequest(error.message));
  }
  if (error instanceof SpoolFull) return refuse(request, fullStorage(error.message));
  if (error instanceof QueueFailed && error.isFull) {
    return refuse(request, fullStorage(error.message));
  }
  if (isFull(error)) return refuse(request, fullStorage("The disk is full; nothing was taken."));
  throw error;
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
