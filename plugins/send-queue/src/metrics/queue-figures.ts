import type { Destination } from "../destinations/destination.ts";
import type { Queue } from "../queue/queue.ts";
import { family, type Histogram, type Labels } from "./figures.ts";

const states = ["pending", "sent", "failed", "removed"] as const;

/** Everything that can be counted of the queue, in Prometheus' text. */
export async function queueFigures(
  queue: Queue,
  destinations: readonly Destination[],
  now: number,
): Promise<string> {
  const totals = await queue.call("totals", {});
  const each = (
    value: (destination: Destination) => number,
  ): readonly (readonly [Labels, number])[] =>
    destinations.map((destination) => [
      { destination: destination.target.name },
      value(destination),
    ]);
  const totalOf = (name: string, state: string): (typeof totals)[number] | undefined =>
    totals.find((total) => total.destination === name && total.state === state);
  const items = destinations.flatMap(({ target }) =>
    states.map((state) => {
      const labels: Labels = { destination: target.name, state };
      return [labels, totalOf(target.name, state)?.count ?? 0] as const;
    }),
  );
  const failed = destinations.flatMap(({ target, meter }) =>
    [...meter.failed].map(([kind, count]) => {
      const labels: Labels = { destination: target.name, class: kind };
      return [labels, count] as const;
    }),
  );
  const ageOf = ({ target }: Destination): number => {
    const oldest = totalOf(target.name, "pending")?.oldest;
    return oldest === undefined ? 0 : Math.max(0, now - oldest) / 1_000;
  };
  return [
    gauge("items", "Instances by destination and state.", items),
    gauge("oldest_seconds", "How long the oldest that waits has been there.", each(ageOf)),
    gauge("breaker_open", "1: the destination is in trouble.", each(isOpen)),
    counter(
      "sent_total",
      "Instances that were confirmed.",
      each(({ meter }) => meter.sent),
    ),
    counter(
      "bytes_total",
      "Bytes of these.",
      each(({ meter }) => meter.sentBytes),
    ),
    counter("failed_total", "Tries that failed, by their class.", failed),
    histogram("association_seconds", "Until an association stood.", destinations, "associations"),
    histogram("round_trip_seconds", "Until an answer came.", destinations, "roundTrips"),
  ].join("");
}

const isOpen = ({ breaker }: Destination): number => (breaker.kind === "open" ? 1 : 0);

type Samples = readonly (readonly [Labels, number])[];

const gauge = (name: string, help: string, samples: Samples): string =>
  family({ name: `sendqueue_${name}`, type: "gauge", help }, samples);

const counter = (name: string, help: string, samples: Samples): string =>
  family({ name: `sendqueue_${name}`, type: "counter", help }, samples);

function histogram(
  name: string,
  help: string,
  destinations: readonly Destination[],
  of: "associations" | "roundTrips",
): string {
  const full = `sendqueue_${name}`;
  const samples = destinations.map(({ target, meter }) => {
    const one: Histogram = meter[of];
    return one.text(full, { destination: target.name });
  });
  return family({ name: full, type: "histogram", help }, []) + samples.join("");
}
