import { Type, type Static } from "typebox";
import { durationOf } from "./sending-policy.ts";
import { SettingsInvalid } from "./invalid.ts";

const alertEvent = Type.Union([
  Type.Literal("destination-down"),
  Type.Literal("dead-letter"),
  Type.Literal("disk-low"),
]);

export type AlertEvent = Static<typeof alertEvent>;

const allEvents: readonly AlertEvent[] = ["destination-down", "dead-letter", "disk-low"];

export const alertsObject = Type.Object(
  {
    Url: Type.String({ minLength: 1 }),
    On: Type.Optional(Type.Array(alertEvent)),
    MinInterval: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.String()])),
  },
  { additionalProperties: false },
);

/** Who is told of what, and how often at most. */
export interface AlertSettings {
  readonly url: string;
  readonly on: ReadonlySet<AlertEvent>;
  /** Between two of the same event and destination; milliseconds. */
  readonly minIntervalMs: number;
}

/** @throws {SettingsInvalid} */
export function alertSettingsOf(
  given: Static<typeof alertsObject> | undefined,
): AlertSettings | null {
  if (given === undefined) return null;
  const { Url: url, On: on = allEvents, MinInterval: interval = "10m" } = given;
  const isHttp = URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
  // The address may have a secret in it.
  if (!isHttp) throw new SettingsInvalid('The Url of "SendQueue.Alerts" is no address of http(s).');
  return { url, on: new Set(on), minIntervalMs: durationOf(interval, "MinInterval of Alerts") };
}
