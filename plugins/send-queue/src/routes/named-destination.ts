import type { RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Target } from "../settings/settings.ts";
import { refuse, unknownResource } from "./refusal.ts";

/** Of a request, however its body comes. */
export type Asked = Pick<RouteRequest, "method" | "path" | "params">;

type Answer = RouteResponse | Promise<RouteResponse>;

/** A destination, and what is configured of it. */
interface Configured<Kind extends Target["kind"]> {
  readonly destination: Destination;
  readonly target: Extract<Target, { kind: Kind }>;
}

/** The destinations of a kind, by name. */
export const namesOf = ({ destinations }: SendQueue, kind: Target["kind"]): string[] =>
  [...destinations].filter(({ target }) => target.kind === kind).map(({ target }) => target.name);

/** Calls with the destination of the path if it is of this kind, or refuses. */
export function withTarget<Kind extends Target["kind"]>(
  { destinations }: SendQueue,
  request: Asked,
  kind: Kind,
  use: (configured: Configured<Kind>) => Answer,
): Answer {
  const name = request.params["id"] ?? "";
  const destination = destinations.get(name);
  if (destination !== undefined && isOfKind(destination.target, kind)) {
    return use({ destination, target: destination.target });
  }
  return refuse(request, unknownResource(noneOf(kind, name)));
}

/** Calls with the destination of the path, of whatever kind, or refuses. */
export function withDestination(
  { destinations }: SendQueue,
  request: RouteRequest,
  use: (destination: Destination) => Answer,
): Answer {
  const name = request.params["id"] ?? "";
  const destination = destinations.get(name);
  if (destination !== undefined) return use(destination);
  return refuse(request, unknownResource(noDestination(name)));
}

/** That there is no such modality, in words. */
export const noModality = (name: string): string => noneOf("dicom", name);

/** That there is no such destination, of whatever kind, in words. */
export const noDestination = (name: string): string =>
  `No destination has the name ${shortened(name)}; configure it below DicomModalities or DicomWeb.Servers.`;

const kinds = {
  dicom: { called: "modality", configured: "DicomModalities" },
  "dicom-web": { called: "DICOMweb server", configured: "DicomWeb.Servers" },
} as const;

function noneOf(kind: Target["kind"], name: string): string {
  const { called, configured } = kinds[kind];
  return `No ${called} has the name ${shortened(name)}; configure it below ${configured}.`;
}

const shortened = (name: string): string => JSON.stringify(name.slice(0, 60));

const isOfKind = <Kind extends Target["kind"]>(
  target: Target,
  kind: Kind,
): target is Extract<Target, { kind: Kind }> => target.kind === kind;
